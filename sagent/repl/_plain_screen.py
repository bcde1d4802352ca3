"""A terminal that can only be written to, line by line; screen readers like it, too."""

import math
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import attrs
import trio

from sagent.errors import UsageError
from sagent.repl._menu import Menu
from sagent.repl._paint import Painter
from sagent.repl._pasted import Pasted
from sagent.repl._printed import Printed, Remark, Said, Verbatim
from sagent.repl._screen import Editing, Gesture, Left, Submitted, View
from sagent.terminal import Charset, clean
from sagent.tool import Question

PROMPT = "> "
MOST_WAITING = 1000
"""How many texts may wait to be written, where a terminal takes nothing."""
_CHUNK_BYTES = 65_536
_COLUMNS = 80


@attrs.define(eq=False)
class PlainScreen:
    """Prints what is whole, and asks for a line when the agent is ready; see `Screen`."""

    gestures: AsyncIterator[Gesture]
    _texts: trio.MemorySendChannel[str]
    _painter: Painter = attrs.field(factory=lambda: Painter({"TERM": "dumb"}), init=False)
    _question: Question | None = attrs.field(default=None, init=False)
    _asks: bool = attrs.field(default=False, init=False)
    _left_out: int = attrs.field(default=0, init=False)
    _echoed: str = attrs.field(default="", init=False)
    """The line that the terminal has shown last, as it was typed."""

    def print(self, *printed: Printed) -> None:
        """Print *printed*."""
        if self._echoed and printed:
            first, self._echoed = Said(self._echoed), ""
            printed = printed[1:] if printed[0] == first else printed
        if printed:
            text = self._painter.paint(printed, _columns())
            self._put(f"\n{text}" if self._asks else text)
            self._asks = False

    def show(self, view: View) -> None:
        """Ask for a line, or for an answer, when there is one to be given."""
        if view.question is not self._question:
            self._question = view.question
            if view.question is not None and view.question.choices:
                rows = [f"  {row.strip('▸ ')}" for row, _ in Menu(view.question).rows()]
                self.print(Verbatim(clean("\n".join([*rows[:-1], "  (type a number)"]))))
        ready = not view.busy or view.question is not None
        if ready and not self._asks:
            self._put(PROMPT)
        self._asks = ready

    def ring(self) -> None:
        """Let the person know, who may look elsewhere."""
        self._put("\a")

    def copy(self, text: str) -> None:  # noqa: ARG002  # the protocol's
        """Refuse: nothing but text may be written here.

        Raises:
            UsageError: always.
        """
        raise UsageError("this terminal gives no access to a clipboard: /export writes a file")

    def fill(self, text: str) -> None:
        """Show *text*, which was not sent."""
        self.print(Remark("not sent:", "notice"), Verbatim(text))

    def switch_editing(self) -> Editing:
        """Refuse: the terminal edits lines, not this.

        Raises:
            UsageError: always.
        """
        raise UsageError("this terminal edits its lines itself")

    def insert(self, pasted: str | Pasted) -> None:
        """Do nothing: no line here is written before it is sent off."""

    def took_line(self, line: str) -> None:
        """Know that the terminal has shown *line*, and is at the beginning of the next."""
        self._asks, self._echoed = False, line

    def _put(self, text: str) -> None:
        told = f"\n! {self._left_out} texts were too fast to be shown\n" if self._left_out else ""
        try:
            self._texts.send_nowait(f"{told}{text}")
        except trio.WouldBlock:
            self._left_out += 1
        else:
            self._left_out = 0


@asynccontextmanager
async def open_plain_screen() -> AsyncGenerator[PlainScreen]:
    """Read and write standard input and output, a line at a time, for the block.

    What the block raises is raised in no group.
    """
    send, receive = trio.open_memory_channel[Gesture](math.inf)  # a person is no flood
    texts, waiting = trio.open_memory_channel[str](MOST_WAITING)
    screen = PlainScreen(receive, texts)
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_read, send, screen)
        nursery.start_soon(_write, waiting)
        try:
            yield screen
        except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
            failure = error
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def _read(gestures: trio.MemorySendChannel[Gesture], screen: PlainScreen) -> None:
    rest = b""
    while chunk := await trio.to_thread.run_sync(_read_some, abandon_on_cancel=True):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace").strip()
            screen.took_line(text)
            if text:
                gestures.send_nowait(Submitted(text))
    gestures.send_nowait(Left())


def _read_some() -> bytes:
    try:
        return os.read(sys.stdin.fileno(), _CHUNK_BYTES)
    except OSError:  # the terminal has gone
        return b""


async def _write(texts: trio.MemoryReceiveChannel[str]) -> None:
    charset = Charset.of(os.environ)
    async for text in texts:
        rest = charset.fit(text).encode(errors="replace")
        while rest:
            rest = rest[await trio.to_thread.run_sync(_write_some, rest, abandon_on_cancel=True) :]


def _write_some(rest: bytes) -> int:
    try:
        return os.write(sys.stdout.fileno(), rest)
    except OSError:  # the terminal has gone, which its reader tells
        return len(rest)


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _COLUMNS
    except OSError:
        return _COLUMNS
