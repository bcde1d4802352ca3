"""Spans for OpenTelemetry, through whatever its API is set up to do with them.

Needs the extra ``otel``. Names are those of semantic-conventions 1.41, for generative AI.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

import attrs

from sagent.actors import System
from sagent.trace._span import Contents, Span
from sagent.trace._span import SpanKind as Kind
from sagent.trace._tracer import open_spans

try:
    from opentelemetry import trace
    from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
except ImportError as error:
    raise ImportError("sagent.trace.otel needs OpenTelemetry: install sagent[otel]") from error

__all__ = ["open_otel_trace"]

_KINDS: Mapping[Kind, SpanKind] = {
    "turn": SpanKind.INTERNAL,
    "model": SpanKind.CLIENT,
    "tool": SpanKind.INTERNAL,
}


@attrs.frozen(eq=False)
class _OtelSink:
    _tracer: Tracer
    _open: dict[str, trace.Span] = attrs.field(factory=dict[str, trace.Span], init=False)

    def began(self, span: Span) -> None:
        above = self._open.get(span.parent_id)
        self._open[span.span_id] = self._tracer.start_span(
            span.name,
            context=None if above is None else trace.set_span_in_context(above),
            kind=_KINDS[span.kind],
            attributes=span.attributes,
            start_time=span.start_ns,
        )

    def ended(self, span: Span) -> None:
        begun = self._open.pop(span.span_id)
        begun.set_attributes(span.attributes)
        if span.error:
            begun.set_attribute("error.type", span.attributes.get("error.type", "error"))
            begun.set_status(Status(StatusCode.ERROR, span.error))
        begun.end(end_time=span.end_ns)


@asynccontextmanager
async def open_otel_trace(
    system: System, *, tracer: Tracer | None = None, contents: Contents = "leave_out"
) -> AsyncGenerator[None]:
    """Tell OpenTelemetry what the agents of *system* do during the block.

    A turn that begins there is part of the span that is current where it is opened.

    Args:
        system: whose agents.
        tracer: what makes the spans; None for the one that is set up for the program.
        contents: whether answers, and what tools were given and gave, are in them.
    """
    sink = _OtelSink(tracer or trace.get_tracer("sagent"))
    async with open_spans(system, sink, contents=contents):
        yield
