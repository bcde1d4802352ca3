from collections.abc import Mapping
from typing import Literal, Protocol

import attrs

type SpanKind = Literal["turn", "model", "tool"]
type Value = str | int | float | bool | tuple[str, ...]
type Contents = Literal["leave_out", "record"]
"""Whether what was said, and what tools were given and gave, is in the spans."""


@attrs.frozen(kw_only=True)
class Span:
    """A piece of an agent's work.

    Names and attributes are those of OpenTelemetry's semantic conventions for generative AI
    (semantic-conventions 1.41, docs/gen-ai: gen-ai-spans, gen-ai-agent-spans), and those that begin
    with ``sagent.``.

    Attributes:
        trace_id: 32 hexadecimal digits, of all that one question has led to.
        span_id: 16 hexadecimal digits.
        parent_id: of the span that it is part of; "" for the first of its trace.
        kind: a turn of an agent, or in it a call of its model, or of a tool.
        name: what it is, for lists.
        agent: the path of the agent.
        start_ns: when it began, in nanoseconds since the epoch.
        end_ns: when it ended; 0 while it goes on.
        attributes: by name.
        error: what went wrong; "" if nothing did.
    """

    trace_id: str
    span_id: str
    parent_id: str
    kind: SpanKind
    name: str
    agent: str
    start_ns: int
    end_ns: int = 0
    attributes: Mapping[str, Value] = attrs.field(factory=dict[str, Value], hash=False)
    error: str = ""


class SpanSink(Protocol):
    """Where spans go. It is called amid the agents' work, so it does not wait.

    What it raises is logged and harms nobody.
    """

    def began(self, span: Span) -> None:
        """Take a span that has begun; those above it have begun before."""
        ...

    def ended(self, span: Span) -> None:
        """Take the same span as it is at its end."""
        ...
