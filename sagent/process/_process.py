from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.process._lifeline import (
    pipes_with_bytes_in,
    pipes_with_duplex,
    pipes_with_nothing_in,
    pipes_with_terminal,
)
from sagent.process._output import Output, OutputBuffer
from sagent.process._running import Running, Sink
from sagent.process._terminal import TerminalSize
from sagent.process._tree import start_tree
from sagent.process._unbroken import unbroken_context

TERM_GRACE_S = 0.25
"""How long a tree may take to end itself after SIGTERM, before SIGKILL."""

MAX_OUTPUT_BYTES = 65_536
"""How much of a process's output is kept, half from its start and half from its end."""


@attrs.define(eq=False)
class Process:
    """A running command, which ends with the block that opened it."""

    _running: Running

    @property
    def pid(self) -> int:
        """The process id of the group's leader, the shell the command runs under."""
        return self._running.tree.pid

    @property
    def exit_code(self) -> int | None:
        """The command's exit code, 128 + n for an end by signal n; None while it runs."""
        return self._running.tree.exit_code

    @property
    def output(self) -> Output:
        """What the process wrote so far; complete once its block has ended."""
        return self._running.buffer.snapshot()

    async def wait(self) -> int:
        """Wait for the command's own end and give its exit code.

        What it left in the background runs on until the block ends, and is not waited for,
        though it may hold the output open.
        """
        await self._running.tree.wait()
        await self._running.drain()
        exit_code = self.exit_code
        assert exit_code is not None, "it was waited for"
        return exit_code


@attrs.define(eq=False)
class DuplexProcess(Process):
    """A running command whose standard input and output are ours to speak over."""

    stream: trio.SocketStream
    """What we send it reads, what it writes we receive; ``send_eof`` ends its input."""


@unbroken_context
async def open_process(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    max_output_bytes: int = MAX_OUTPUT_BYTES,
    on_output: Callable[[bytes], None] | None = None,
    term_grace_s: float = TERM_GRACE_S,
) -> AsyncGenerator[Process]:
    """Run *argv* for as long as the block lasts.

    Leaving the block ends the command and everything it started, however it is left: SIGTERM,
    *term_grace_s* seconds for the whole tree, SIGKILL. Should this process die, by SIGKILL
    even, the command's process group dies with it. A deadline is the caller's cancel scope.

    Args:
        argv: the command and its arguments; no shell reads them.
        cwd: the directory to run in; None for our own.
        env: the whole environment; None for our own without its credentials.
        stdin: what standard input holds before its end.
        max_output_bytes: how much output to keep; the middle of a longer one is left out.
        on_output: called with each piece of output as it comes; must not raise.
        term_grace_s: seconds between SIGTERM and SIGKILL.

    Raises:
        ProcessError: the command cannot be started.
    """
    lay_pipes = pipes_with_bytes_in if stdin else pipes_with_nothing_in
    tree, pipes = await start_tree(argv, lay_pipes, cwd=cwd, env=env)
    running = Running(tree, pipes, OutputBuffer(max_output_bytes), term_grace_s)
    async with running.tended(stdin=stdin, on_output=on_output):
        yield Process(running)


@unbroken_context
async def open_duplex_process(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    terminal: TerminalSize | None = None,
    max_output_bytes: int = MAX_OUTPUT_BYTES,
    on_output: Callable[[bytes], None] | None = None,
    sink: Sink | None = None,
    term_grace_s: float = TERM_GRACE_S,
) -> AsyncGenerator[DuplexProcess]:
    """Run *argv* as ``open_process`` does, with a stream to its standard input and output.

    The stream is one socket for both directions; ``send_eof`` ends the command's input. Its
    standard error is what ``Process.output`` keeps.

    Args:
        argv: the command and its arguments; no shell reads them.
        cwd: the directory to run in; None for our own.
        env: the whole environment; None for our own without its credentials.
        terminal: what its standard error shall be; None for a pipe.
        max_output_bytes: how much output to keep; the middle of a longer one is left out.
        on_output: called with each piece of output as it comes; must not raise.
        sink: takes each piece of output after that.
        term_grace_s: seconds between SIGTERM and SIGKILL.

    Raises:
        ProcessError: the command cannot be started.
    """
    lay_pipes = partial(pipes_with_terminal, terminal) if terminal else pipes_with_duplex
    tree, pipes = await start_tree(argv, lay_pipes, cwd=cwd, env=env)
    assert pipes.duplex is not None, "these pipes have one"
    running = Running(tree, pipes, OutputBuffer(max_output_bytes), term_grace_s)
    async with running.tended(on_output=on_output, sink=sink):
        yield DuplexProcess(running, pipes.duplex)
