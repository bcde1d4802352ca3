"""A terminal with a person at it: a pseudo-terminal, and a screen that shows what is written."""

import fcntl
import os
import pty
import signal
import termios
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import attrs
import pyte
import trio
from command import COMMAND, at, clean
from loopback import Loopback, Reply, open_loopback

PATIENCE_S = 30
"""How long a loaded machine may take to show what a test waits for."""
ENTER, ESC, UP, DOWN, TAB = "\r", "\x1b", "\x1b[A", "\x1b[B", "\t"
CTRL_C, CTRL_D, CTRL_E, CTRL_O, CTRL_R = "\x03", "\x04", "\x05", "\x0f", "\x12"
CTRL_X, CTRL_Z = "\x18", "\x1a"
ALT_ENTER = "\x1b\r"
LEFT, RIGHT, BACKSPACE, CTRL_U, CTRL_V = "\x1b[D", "\x1b[C", "\x7f", "\x15", "\x16"


def pasted(text: str) -> str:
    """Give what a terminal sends for a paste: bracketed, and with its own line ends (xterm)."""
    return f"\x1b[200~{text.replace('\n', '\r')}\x1b[201~"


@attrs.define
class Terminal:
    """What the process shows, and where its person types."""

    process: trio.Process
    screen: pyte.HistoryScreen
    _fd: int
    _stream: pyte.ByteStream
    written: bytearray = attrs.field(factory=bytearray)
    _changed: trio.Event = attrs.field(factory=trio.Event)
    closed: bool = False
    hung_up: bool = False

    @property
    def text(self) -> str:
        """All lines, those that have scrolled away included, without trailing spaces."""
        top = [
            "".join(line[column].data for column in range(self.screen.columns))
            for line in self.screen.history.top
        ]
        return "\n".join(line.rstrip() for line in [*top, *self.screen.display])

    @property
    def rows(self) -> list[str]:
        """The lines on the screen."""
        return [line.rstrip() for line in self.screen.display]

    @property
    def mode(self) -> list[Any]:
        """How the terminal is set, as `termios.tcgetattr` tells."""
        return termios.tcgetattr(self._fd)

    def hang_up(self) -> None:
        """Go, with the terminal."""
        self.hung_up = True
        trio.lowlevel.notify_closing(self._fd)
        os.close(self._fd)

    def type(self, *keys: str) -> None:
        """Type *keys*."""
        os.write(self._fd, "".join(keys).encode())

    async def shows(self, *texts: str) -> None:
        """Wait until all of *texts* are to be seen."""
        await self.until(lambda: all(text in self.text for text in texts), texts)

    async def lacks(self, text: str) -> None:
        """Wait until *text* is not to be seen any more."""
        await self.until(lambda: text not in self.text, text)

    async def until(self, seen: Callable[[], bool], what: object = "") -> None:
        with trio.move_on_after(PATIENCE_S):
            while not seen():
                assert not self.closed, f"ended before {what!r}:\n{self.text}"
                self._changed = trio.Event()
                await self._changed.wait()
            return
        raise AssertionError(f"never saw {what!r}:\n{self.text}")

    async def says(self, text: str) -> None:
        """Type *text* and send it off."""
        self.type(text)
        await self.shows(text)
        self.type(ENTER)

    def resize(self, columns: int, rows: int) -> None:
        termios.tcsetwinsize(self._fd, (rows, columns))
        self.screen.resize(rows, columns)

    async def ends(self) -> int:
        with trio.fail_after(PATIENCE_S):
            return await self.process.wait()

    async def read(self) -> None:
        with suppress(trio.ClosedResourceError):
            await self._read()

    async def _read(self) -> None:
        while True:
            await trio.lowlevel.wait_readable(self._fd)
            try:
                chunk = os.read(self._fd, 65_536)
            except OSError:  # the other side is closed
                chunk = b""
            if chunk:
                self.written += chunk
                self._stream.feed(chunk)
            self.closed = not chunk
            self._changed.set()
            if not chunk:
                return


@asynccontextmanager
async def open_terminal(
    *arguments: str,
    environ: Mapping[str, str] | None = None,
    columns: int = 80,
    rows: int = 24,
    cwd: Path | None = None,
    command: Sequence[str] = COMMAND,
) -> AsyncGenerator[Terminal]:
    """Run the command at a terminal of its own; it is killed at the end of the block."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (rows, columns))
    os.set_blocking(ours, False)

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = await trio.lowlevel.open_process(
        [*command, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=clean() | {"TERM": "xterm-256color"} | dict(environ or {}),
        cwd=cwd,
        preexec_fn=take_terminal,
    )
    os.close(theirs)
    screen = pyte.HistoryScreen(columns, rows, history=10_000)
    terminal = Terminal(process, screen, ours, pyte.ByteStream(screen))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(terminal.read)
        try:
            yield terminal
        finally:
            if process.returncode is None:
                os.kill(process.pid, signal.SIGKILL)
            with trio.CancelScope(shield=True):
                await process.wait()
            nursery.cancel_scope.cancel()
    if not terminal.hung_up:
        os.close(ours)


@asynccontextmanager
async def talk(
    *replies: Reply,
    environ: Mapping[str, str] | None = None,
    columns: int = 80,
    rows: int = 24,
    cwd: Path | None = None,
) -> AsyncGenerator[tuple[Terminal, Loopback]]:
    """Sit at a terminal where the agent is ready, and whose model says *replies*."""
    async with (
        open_loopback(*replies) as server,
        open_terminal(
            *at(server), environ=environ, columns=columns, rows=rows, cwd=cwd
        ) as terminal,
    ):
        await terminal.shows("ready")
        yield terminal, server
