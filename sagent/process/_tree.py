import os
import secrets
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.errors import ProcessError

from ._environment import clean_environment
from ._executable import executable_path
from ._lifeline import Pipes
from ._marked import MARK, marked_processes, signal_marked

_KILL_WAIT_S = 2.0  # a process in uninterruptible sleep dies later, of the signal it has by then
_FIRST_POLL_S = 0.001
_LAST_POLL_S = 0.02

_threads = trio.lowlevel.RunVar[trio.CapacityLimiter]("process_threads")


@attrs.define(eq=False)
class Tree:
    """A command under its shell, and all that it starts."""

    _shell: trio.Process
    _lifeline: int
    _token: str

    @property
    def pid(self) -> int:
        """The leader's process id, which is also the group's."""
        return self._shell.pid

    @property
    def exit_code(self) -> int | None:
        """The command's exit code, 128 + n for an end by signal n; None while it runs."""
        code = self._shell.returncode
        return code if code is None or code >= 0 else 128 - code

    async def wait(self) -> None:
        """Wait until the command itself has ended, whatever it left behind."""
        await self._shell.wait()

    async def end(self, *, term_grace_s: float) -> None:
        """Leave nothing running.

        Where the command still runs: SIGTERM to the group, and *term_grace_s* seconds for the
        whole tree to go. Then SIGKILL. Both go to the group and to whoever left it. Shielded from
        cancellation, and over after the grace and two seconds more at the very worst.
        """
        try:
            with trio.CancelScope(shield=True):
                if self._shell.returncode is None:
                    self._signal_group(signal.SIGTERM)
                    with trio.move_on_after(term_grace_s):
                        escaped = partial(signal_marked, signum=signal.SIGTERM, but_group=self.pid)
                        await self._look(escaped)
                        await self._shell.wait()
                        await self._until_none(marked_processes)
                self._signal_group(signal.SIGKILL)
                with trio.move_on_after(_KILL_WAIT_S):
                    await self._shell.wait()
                    await self._until_none(partial(signal_marked, signum=signal.SIGKILL))
        finally:
            os.close(self._lifeline)
            self._reap()

    def _signal_group(self, signum: signal.Signals) -> None:
        # Nobody is there, or (macOS) nobody but zombies.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._shell.pid, signum)

    async def _look(self, look: Callable[[str], list[int]]) -> list[int]:
        return await trio.to_thread.run_sync(look, self._token, limiter=_limiter())

    async def _until_none(self, look: Callable[[str], list[int]]) -> None:
        pause_s = _FIRST_POLL_S
        while await self._look(look):
            await trio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LAST_POLL_S)

    def _reap(self) -> None:
        # Where we are the first process of a container, orphans of the group come to us.
        with suppress(ChildProcessError):
            while self._shell.returncode is not None and os.waitpid(-self.pid, os.WNOHANG)[0]:
                pass


def _limiter() -> trio.CapacityLimiter:
    # Not the default one: busy tools could fill it, and nothing may delay a kill.
    try:
        return _threads.get()
    except LookupError:
        limiter = trio.CapacityLimiter(4)
        _threads.set(limiter)
        return limiter


async def start_tree(
    argv: Sequence[str],
    lay_pipes: Callable[[], Pipes],
    *,
    cwd: Path | None,
    env: Mapping[str, str] | None,
) -> tuple[Tree, Pipes]:
    """Start *argv* under its shell; the caller ends the tree and closes our side of the pipes.

    Raises:
        ProcessError: the command cannot be started; the message is one line.
    """
    environ = clean_environment(os.environ) if env is None else dict(env)
    command = executable_path(argv[0], cwd=cwd, path=environ.get("PATH"))
    token = secrets.token_hex(16)
    mark = ":".join(filter(None, (environ.get(MARK), token)))
    try:
        pipes = lay_pipes()
        try:
            shell = await trio.lowlevel.open_process(
                pipes.command_line(mark, [command, *argv[1:]]),
                stdin=pipes.child_stdin,
                stdout=pipes.child_stdout,
                stderr=pipes.child_stderr,
                cwd=cwd,
                env=environ,
                start_new_session=True,
            )
        except BaseException:
            pipes.close_our_side()
            raise
        finally:
            pipes.close_child_side()
    except (OSError, ValueError) as error:  # too long, too many, a NUL inside
        raise ProcessError(f"cannot run {argv[0]!r}: {error}") from error
    return Tree(shell, pipes.lifeline, token), pipes
