"""What a headless run prints, in each of its formats."""

import json
from typing import Protocol

import attrs

from sagent.agent import (
    Done,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
)
from sagent.cli._streams import clean, write_out
from sagent.lib.json import JSON, JsonValue, json_unfreeze
from sagent.model import Usage


class Printer(Protocol):
    """Turns a run's events into standard output."""

    async def show(self, event: RunEvent) -> None:
        """Print what *event* adds."""
        ...

    async def fail(self, error: Exception) -> None:
        """Print that the run failed, for readers of standard output; people read the other."""
        ...


@attrs.frozen
class TextPrinter:
    """The answer, and nothing else."""

    async def show(self, event: RunEvent) -> None:
        """Print the answer when it is there."""
        if isinstance(event, Done):
            await write_out(event.text if event.text.endswith("\n") else f"{event.text}\n")

    async def fail(self, error: Exception) -> None:
        """Print nothing."""


@attrs.define
class TerminalPrinter:
    """All that the model says, as it says it, without what a terminal would act on."""

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


@attrs.frozen
class JsonPrinter:
    """One object: the answer and what it took."""

    async def show(self, event: RunEvent) -> None:
        """Print the object at the end."""
        if isinstance(event, Done):
            await _line({"content": json_unfreeze(event.content), "usage": _usage(event.usage)})

    async def fail(self, error: Exception) -> None:
        """Print an object that holds the error."""
        await _line({"error": str(error)})


@attrs.frozen
class StreamJsonPrinter:
    """An object a line for each event, the last one the result."""

    async def show(self, event: RunEvent) -> None:
        """Print *event*."""
        head: dict[str, JsonValue] = {"descriptor": event.descriptor}
        match event:
            case Text() | Thinking() | Responded():
                await _line(head | {"content": json_unfreeze(event.content)})
            case ToolCalled():
                call: dict[str, JsonValue] = {"call_id": event.call_id, "name": event.name}
                arguments: JSON = event.content
                await _line(head | call | {"content": json_unfreeze(arguments)})
            case ToolReturned():
                result: dict[str, JsonValue] = {
                    "call_id": event.call_id,
                    "name": event.name,
                    "content": event.content,
                    "is_error": event.is_error,
                }
                await _line(head | result)
            case Retrying():
                retry: dict[str, JsonValue] = {"attempt": event.attempt, "delay_s": event.delay_s}
                await _line(head | retry | {"content": event.content})
            case Done():
                await _line(
                    head | {"content": json_unfreeze(event.content), "usage": _usage(event.usage)}
                )

    async def fail(self, error: Exception) -> None:
        """Print the error as the last event."""
        await _line({"descriptor": "text/x-error", "content": str(error)})


async def _line(value: JsonValue) -> None:
    await write_out(json.dumps(value) + "\n")


def _usage(usage: Usage) -> JsonValue:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
    }
