import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.errors import ProcessError
from sagent.process._birth import Birth, fork_count
from sagent.process._child import Child
from sagent.process._environment import clean_environment
from sagent.process._executable import executable_path
from sagent.process._lifeline import Pipes, watcher_command_line, watcher_environment
from sagent.process._marked import MARK, Marked
from sagent.process._thread import call_in_spare_thread

_WATCHER_WAIT_S = 0.5
_KILL_WAIT_S = 1.5  # a process in uninterruptible sleep dies later, of the signal it has by then
_FIRST_POLL_S = 0.001
_LAST_POLL_S = 0.02

_searches = trio.lowlevel.RunVar[trio.CapacityLimiter]("process_searches")


@attrs.define(eq=False)
class Tree:
    """A command under its shell, and all that it starts."""

    _leader: Child
    _watcher: Child
    _lifeline: int
    _marked: Marked

    @property
    def pid(self) -> int:
        """The leader's process id, which is also the group's."""
        return self._leader.pid

    @property
    def exit_code(self) -> int | None:
        """The command's exit code, 128 + n for an end by signal n; None while it runs."""
        return self._leader.exit_code

    async def wait(self) -> None:
        """Wait until the command itself has ended, whatever it left behind."""
        await self._leader.wait()

    async def end(self, *, term_grace_s: float) -> None:
        """Leave nothing running.

        Where the command still runs: SIGTERM to the group, and *term_grace_s* seconds for the
        whole tree to go; whoever is stopped is woken for it. Then SIGKILL. Both go to the group
        and to whoever left it. Shielded from cancellation, and over after the grace and two
        seconds more at the very worst; what is left then, the watcher goes on to search for.
        """
        try:
            with trio.CancelScope(shield=True):
                if self.exit_code is None:
                    await self._ask(term_grace_s)
                self._signal_group(signal.SIGKILL)
                with trio.move_on_after(_KILL_WAIT_S):
                    await self._leader.wait()
                    await self._until_none(partial(self._marked.send, signal.SIGKILL))
                    self._watcher.kill()
        except BaseException:  # Ctrl-C is raised through a shield
            self._signal_group(signal.SIGKILL)
            raise
        finally:
            os.close(self._lifeline)
            try:
                with trio.move_on_after(_WATCHER_WAIT_S, shield=True):
                    await self._watcher.wait()
            finally:
                self._watcher.reap()
                self._leader.reap()

    async def _ask(self, term_grace_s: float) -> None:
        wake = (signal.SIGTERM, signal.SIGCONT)
        for signum in wake:
            self._signal_group(signum)
        with trio.move_on_after(term_grace_s):
            await self._remain(partial(self._marked.send, *wake, but_group=self.pid))
            await self._leader.wait()
            await self._until_none(self._marked.pids)

    def _signal_group(self, signum: signal.Signals) -> None:
        # Nobody is there, or (macOS) nobody but zombies.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signum)

    async def _remain(self, search: Callable[[], list[int]]) -> bool:
        # Left to itself when it hangs on one of them, for what it still finds must go anyway.
        async with _limiter():
            try:
                return bool(await call_in_spare_thread(search))
            except RuntimeError:  # no thread to be had, while the tree dies that took them all
                return True

    async def _until_none(self, search: Callable[[], list[int]]) -> None:
        pause_s = _FIRST_POLL_S
        while await self._remain(search):
            await trio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LAST_POLL_S)


def _limiter() -> trio.CapacityLimiter:
    # Not the default one: busy tools could fill it, and nothing may delay a kill.
    try:
        return _searches.get()
    except LookupError:
        limiter = trio.CapacityLimiter(4)
        _searches.set(limiter)
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
    token = secrets.token_hex(16)
    name = argv[0] if argv else ""
    try:
        find = partial(executable_path, name, cwd=cwd, path=environ.get("PATH"))
        command = await call_in_spare_thread(find)
        pipes = lay_pipes()
        start = partial(_start, [command, *argv[1:]], pipes, cwd, environ, token)
        try:
            # A thread that may not be left behind: what it starts has no other owner.
            tree = await trio.to_thread.run_sync(start, limiter=trio.CapacityLimiter(1))
        except BaseException:
            pipes.close_our_side()
            raise
        finally:
            pipes.close_child_side()
    except (OSError, ValueError, RuntimeError) as error:  # too long, too many, a NUL inside
        raise ProcessError(f"cannot run {name!r}: {error}") from error
    return tree, pipes


def _start(
    argv: Sequence[str], pipes: Pipes, cwd: Path | None, environ: Mapping[str, str], token: str
) -> Tree:
    outer_mark = environ.get(MARK, "")
    mark = ":".join(filter(None, (outer_mark, token)))
    forks = fork_count()
    watcher = Child.start(
        watcher_command_line(mark),
        stdin=pipes.watched,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path("/"),
        env=watcher_environment(os.environ, outer_mark),
    )
    try:
        leader = Child.start(
            pipes.command_line(mark, argv),
            stdin=pipes.lifeline,
            stdout=pipes.child_stdout,
            stderr=pipes.child_stderr,
            cwd=cwd,
            env=environ,
        )
    except BaseException:
        watcher.end()
        raise
    return Tree(
        leader, watcher, pipes.lifeline, Marked(token, Birth(leader=leader.pid, forks=forks))
    )
