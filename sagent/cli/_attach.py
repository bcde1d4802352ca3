"""Watching an agent of another process, and talking to it."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Protocol, assert_never

import attrs
import trio

from sagent.cli._control_parser import ControlOptions
from sagent.cli._prose import Prose
from sagent.cli._streams import complain, write_out
from sagent.control.client import (
    Attachment,
    Delivered,
    Ended,
    Happening,
    Lost,
    Refused,
    Running,
    Told,
)
from sagent.errors import ControlError
from sagent.message import Descriptor
from sagent.terminal import one_line

_CHUNK_BYTES = 65_536
_TOLD = frozenset({Descriptor.STATUS, Descriptor.TITLE, Descriptor.ERROR, Descriptor.INTERRUPTED})
"""What has a line of its own."""


async def attach(running: Running, path: str, options: ControlOptions) -> None:
    """Show what happens to the agent at *path* until it ends, or standard input at a terminal does.

    Raises:
        ControlError: its process went away without a word.
        OSError: nothing can be printed any more.
    """
    show: Shower = JsonShower() if options.json else TextShower()
    failure: ControlError | OSError | None = None
    async with running.attach(path) as attachment, trio.open_nursery() as nursery:
        if sys.stdin.isatty():
            nursery.start_soon(_pass_on, attachment, nursery.cancel_scope)
        try:
            if sys.stdin.isatty() and sys.stdout.isatty() and not options.json:
                name = path.rpartition("/")[2]
                await write_out(f"(watching {name}; what you type is said to it; Ctrl-C leaves)\n")
            async for happening in attachment:
                await show(happening)
        except (ControlError, OSError) as error:  # raised below, where no nursery groups it
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def _pass_on(attachment: Attachment, scope: trio.CancelScope) -> None:
    """Say what is typed, line by line, until the end of it."""
    while text := await trio.to_thread.run_sync(_typed, abandon_on_cancel=True):
        if text.strip():
            try:
                await attachment.say(text)
            except ControlError:
                return  # who reads is told
    scope.cancel()


def _typed() -> str:
    """Read a line, which a terminal gives one at a time; "" when it has gone."""
    try:
        return os.read(sys.stdin.fileno(), _CHUNK_BYTES).decode(errors="replace")
    except OSError:
        return ""


class Shower(Protocol):
    """Shows what happens to an agent."""

    async def __call__(self, happening: Happening) -> None:
        """Show *happening*."""
        ...


@attrs.frozen
class JsonShower:
    """An object a line."""

    async def __call__(self, happening: Happening) -> None:
        """Write events by their descriptor, content and plain values, and all else by its kind."""
        match happening:
            case Told(event=event):
                told = dict(event)
            case Lost(count=count):
                told = {"descriptor": "application/x-lost", "content": count}
            case Delivered():
                return  # whoever said it knows
            case Refused(message=message):
                told = {"descriptor": str(Descriptor.ERROR), "content": message}
            case Ended():
                told = {"descriptor": "application/x-ended", "content": None}
            case _:
                assert_never(happening)
        await write_out(json.dumps(told) + "\n")


@attrs.define
class TextShower:
    """What the model says, and a line for all else."""

    _prose: Prose = attrs.field(factory=Prose, init=False)

    async def __call__(self, happening: Happening) -> None:
        """Write it in words."""
        match happening:
            case Told(event=event):
                await self._tell(event)
            case Lost(count=count):
                await self._line(f"({count} events were too fast to be shown)")
            case Delivered():
                pass
            case Refused(message=message):
                complain(message)
            case Ended():
                await self._line("(the agent has ended)")
            case _:
                assert_never(happening)

    async def _tell(self, event: Mapping[str, object]) -> None:
        descriptor, content = event.get("descriptor"), event.get("content")
        if descriptor == Descriptor.TEXT and isinstance(content, str):
            await self._prose.write(content)
        elif descriptor == Descriptor.TOOL_CALL:
            await self._line(f"[{event.get('name')}] {event.get('summary')}")
        elif descriptor == Descriptor.TOOL_RESULT and event.get("is_error"):
            await self._line(f"[{event.get('name')}] failed")
        elif descriptor in _TOLD and isinstance(content, str):
            await self._line(f"({content})")
        elif descriptor == Descriptor.DONE:
            await self._prose.end_line()

    async def _line(self, text: str) -> None:
        await self._prose.end_line()
        await write_out(f"{one_line(text)}\n")
