"""What a headless run prints, in each of its formats."""

import json
import sys
from typing import Protocol

import attrs

from sagent.agent import Done, Responded, RunEvent, Text, Thinking, ToolCalled, ToolReturned
from sagent.cli._writer import clean, write_out
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
            content = clean(event.content) if sys.stdout.isatty() else event.content
            await write_out(content if content.endswith("\n") else f"{content}\n")

    async def fail(self, error: Exception) -> None:
        """Print nothing."""


@attrs.frozen
class JsonPrinter:
    """One object: the answer and what it took."""

    async def show(self, event: RunEvent) -> None:
        """Print the object at the end."""
        if isinstance(event, Done):
            await _line({"content": event.content, "usage": _usage(event.usage)})

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
            case Done():
                await _line(head | {"content": event.content, "usage": _usage(event.usage)})

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
