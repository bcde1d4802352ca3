"""What a headless run prints, in each of its formats."""

import json
from decimal import Decimal
from typing import Protocol, assert_never

import attrs

from sagent.agent import (
    ChildEvent,
    Compacted,
    Done,
    Failed,
    Interrupted,
    ModelAsked,
    Notice,
    Planned,
    QuestionClosed,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    Titled,
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
    TurnBegan,
    UserAsked,
)
from sagent.cli._streams import write_out
from sagent.lib.json import JsonValue, json_unfreeze
from sagent.terminal import clean


class Printer(Protocol):
    """Turns a run's events into standard output.

    Attributes:
        session_id: of the session that keeps what was said; None while nothing is kept.
    """

    session_id: str | None

    async def show(self, event: RunEvent) -> None:
        """Print what *event* adds."""
        ...

    async def fail(self, error: Exception) -> None:
        """Print that the run failed, for readers of standard output; people read the other."""
        ...


@attrs.define
class TextPrinter:
    """The answer, and nothing else."""

    session_id: str | None = None

    async def show(self, event: RunEvent) -> None:
        """Print the answer when it is there."""
        if isinstance(event, Done):
            await write_out(event.text if event.text.endswith("\n") else f"{event.text}\n")

    async def fail(self, error: Exception) -> None:
        """Print nothing."""


@attrs.define
class TerminalPrinter:
    """All that the model says, as it says it, without what a terminal would act on."""

    session_id: str | None = None
    _in_line: bool = attrs.field(default=False, init=False)

    async def show(self, event: RunEvent) -> None:
        """Print more of what the model says."""
        if isinstance(event, Text):
            text = clean(event.content)
            self._in_line = not text.endswith("\n") if text else self._in_line
            await write_out(text)
        elif isinstance(event, Responded):
            await self._end_line()

    async def fail(self, error: Exception) -> None:  # noqa: ARG002  # whatever it is
        """Leave the line that the model was in."""
        await self._end_line()

    async def _end_line(self) -> None:
        if self._in_line:
            self._in_line = False
            await write_out("\n")


@attrs.define
class JsonPrinter:
    """One object: the answer and what it took."""

    session_id: str | None = None

    async def show(self, event: RunEvent) -> None:
        """Print the object at the end."""
        if isinstance(event, Done):
            await _line(_end(event, self.session_id))

    async def fail(self, error: Exception) -> None:
        """Print an object that holds the error."""
        await _line({"error": str(error), "session_id": self.session_id})


@attrs.define
class StreamJsonPrinter:
    """An object a line for each event, the last one the result."""

    session_id: str | None = None

    async def show(self, event: RunEvent) -> None:
        """Print *event*."""
        head: dict[str, JsonValue] = {"descriptor": event.descriptor}
        rest = _end(event, self.session_id) if isinstance(event, Done) else _told(event)
        await _line(head | rest)

    async def fail(self, error: Exception) -> None:
        """Print the error as the last event."""
        await _line(
            {
                "descriptor": "text/x-error",
                "content": str(error),
                "session_id": self.session_id,
            }
        )


def _told(event: RunEvent) -> dict[str, JsonValue]:
    told: dict[str, JsonValue]
    match event:
        case (
            Text() | Thinking() | Notice() | Titled() | Planned() | UserAsked() | QuestionClosed()
            | Interrupted() | TurnBegan() | ModelAsked() | Responded()
            | Failed() | Done()
        ):  # fmt: skip
            told = {}
        case ToolCalled() | ToolProgressed() | ToolDetached():
            told = {"call_id": event.call_id, "name": event.name}
        case ToolReturned():
            told = {"call_id": event.call_id, "name": event.name, "is_error": event.is_error}
        case Retrying():
            told = {"attempt": event.attempt, "delay_s": event.delay_s}
        case Compacted():
            told = {"tokens_before": event.tokens_before, "tokens_after": event.tokens_after}
        case ChildEvent():
            inner = event.event
            return {"agent": event.path, "event": {"descriptor": inner.descriptor, **_told(inner)}}
        case _:
            assert_never(event)
    return told | {"content": json_unfreeze(event.content)}


def _end(event: Done, session_id: str | None) -> dict[str, JsonValue]:
    usage: JsonValue = {
        "input_tokens": event.usage.input_tokens,
        "output_tokens": event.usage.output_tokens,
        "cached_tokens": event.usage.cached_tokens,
    }
    return {
        "content": json_unfreeze(event.content),
        "usage": usage,
        "cost_usd": _decimal(event.cost_usd),
        "session_id": session_id,
    }


def _decimal(usd: Decimal | None) -> str | None:
    return None if usd is None else f"{usd:f}"


async def _line(value: JsonValue) -> None:
    await write_out(json.dumps(value) + "\n")
