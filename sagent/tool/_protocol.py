from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JSON, json_freeze
from sagent.message import Message


class Effect(StrEnum):
    """What a tool may do to the world; permission rules are written on these."""

    READS = "reads"
    WRITES = "writes"
    NETWORK = "network"
    PROCESSES = "processes"


ALL_EFFECTS = frozenset(Effect)
"""What is assumed of a tool that declares nothing."""

type Concurrency = Literal["shared", "exclusive"]
"""Whether a tool may run beside the other calls of the same response."""


class Tool(Protocol):
    """One input message, one output message.

    A failure that the model should hear of is a result with descriptor ``text/x-error``; an
    exception is a bug in the tool, which becomes such a result too.

    A tool may also have `effects` (a set of `Effect`), `concurrency`, `bind`, see `Bindable`,
    `stream`, see `StreamingTool`, `deadline_s`, see `deadline_of`, `max_result_chars`, see
    `max_result_chars_of`, `offers_background`, and `background_parameter`, see
    `background_parameter_of`.
    """

    @property
    def name(self) -> str:
        """The name the model calls it by: letters, digits, ``_`` and ``-``, 64 at most."""
        ...

    @property
    def tool_id(self) -> str:
        """The descriptor of its directives, such as ``application/x-tool-read``."""
        ...

    @property
    def description(self) -> str:
        """What the model is told of it."""
        ...

    @property
    def directive_schema(self) -> JSON:
        """The JSON Schema of its directive: an object's."""
        ...

    @property
    def supports_microcompaction(self) -> bool:
        """Whether an old result may be dropped from the history, since it can be had again."""
        ...

    def summary(self, msg: Message) -> str:
        """Describe the call *msg* in a few words that name the tool, for people who watch."""
        ...

    def prompt(self) -> str | None:
        """Give what the system prompt should say about the tool, if anything."""
        ...

    async def run(self, msg: Message) -> Message:
        """Do the work that the directive in *msg* asks for."""
        ...


type Report = Callable[[str], None]
"""Takes what a tool has to show before its result; it never waits, and keeps the newest of much."""


@runtime_checkable
class StreamingTool(Protocol):
    """A tool that shows how it gets on; its agent calls `stream` in place of `run`."""

    async def stream(self, msg: Message, report: Report) -> Message:
        """Do the work that the directive in *msg* asks for, telling *report* of what is there."""
        ...


@attrs.frozen
class ToolSpec:
    """What a model is told of a tool.

    Attributes:
        name: what it calls it by.
        description: what it is for.
        directive_schema: the JSON Schema of its directives.
    """

    name: str
    description: str
    directive_schema: JSON = attrs.field(converter=json_freeze, hash=False)


def summary_of(tool: Tool, directive: Message) -> str:
    """Describe a call of *tool* with *directive* in a few words; by its name if it cannot tell."""
    try:
        return tool.summary(directive)
    except Exception:  # noqa: BLE001  # a summary is decoration; arguments are not checked yet
        return tool.name


def spec_of(tool: Tool) -> ToolSpec:
    """Give what a model is told of *tool*."""
    return ToolSpec(tool.name, tool.description, tool.directive_schema)


def effects_of(tool: Tool) -> frozenset[Effect]:
    """Give what *tool* declares that it does, or `ALL_EFFECTS` if it declares nothing.

    Raises:
        UsageError: that is no collection of effects.
    """
    declared: Iterable[str] = getattr(tool, "effects", ALL_EFFECTS)
    try:
        return frozenset(map(Effect, declared))
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{tool.name} declares the effects {declared!r}: give a set of {', '.join(Effect)}"
        ) from error


def offers_background(tool: Tool) -> bool:
    """Tell whether *tool* lets a model manage calls in the background.

    An agent that has such a tool offers ``background`` and ``delay`` with all of its tools.
    """
    return bool(getattr(tool, "offers_background", False))


def background_parameter_of(tool: Tool) -> str | None:
    """Give the parameter of *tool* itself that asks for the background as ``background`` does.

    It is heard where the agent has a tool that sees to such calls. Elsewhere the call runs in its
    place, and *tool* should refuse it.
    """
    parameter: str | None = getattr(tool, "background_parameter", None)
    return parameter


def deadline_of(tool: Tool) -> float | None:
    """Give how many seconds a call of *tool* may take, if it declares that.

    Its agent cancels what takes longer, and tells the model so.

    Raises:
        UsageError: that is no length of time.
    """
    deadline_s: object = getattr(tool, "deadline_s", None)
    if deadline_s is None:
        return None
    if not isinstance(deadline_s, int | float) or not deadline_s > 0:
        raise UsageError(f"{tool.name} has a deadline_s of {deadline_s!r}: allow a number above 0")
    return deadline_s


def max_result_chars_of(tool: Tool) -> int | None:
    """Give how long a result of *tool* may be as a part of the conversation, in characters.

    None leaves that to its agent. A longer one is kept on disk, and its ends are shown.

    Raises:
        UsageError: that is no length.
    """
    most: object = getattr(tool, "max_result_chars", None)
    if most is None:
        return None
    if not isinstance(most, int) or most < 1:
        raise UsageError(
            f"{tool.name} has max_result_chars of {most!r}: allow a whole number of at least 1"
        )
    return most


def concurrency_of(tool: Tool) -> Concurrency:
    """Tell whether *tool* may run beside others; one that declares nothing may.

    Raises:
        UsageError: what it declares is no `Concurrency`.
    """
    concurrency: Concurrency = getattr(tool, "concurrency", "shared")
    if concurrency not in ("shared", "exclusive"):  # what is declared may be no word
        raise UsageError(f"{tool.name} is {concurrency!r}: let it be 'shared' or 'exclusive'")
    return concurrency
