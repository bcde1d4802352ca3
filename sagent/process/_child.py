import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import attrs
import trio

_FIRST_POLL_S = 0.001
_LAST_POLL_S = 0.02


@attrs.define(eq=False)
class Child:
    """A process that we started, at the head of a group of its own.

    Once it has ended it stays a zombie until `reap`: so nobody else gets its number, which is the
    group's, and a signal to the group hits no stranger. Where there are no pidfds, that is but on
    Linux, it can only be looked after by reaping it, and its number is free from then on.
    """

    _process: subprocess.Popen[bytes]
    _handle: int | None
    _exit_code: int | None = attrs.field(default=None, init=False)
    _waiting: trio.Lock = attrs.field(factory=trio.Lock, init=False)

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        *,
        stdin: int,
        stdout: int,
        stderr: int,
        cwd: Path | None,
        env: Mapping[str, str],
    ) -> Self:
        """Start *argv* in a session of its own.

        Raises:
            OSError: the system refuses.
            ValueError: an argument holds a NUL.
        """
        process = subprocess.Popen(  # noqa: S603  # whoever calls says what runs
            argv,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
        try:
            return cls(process, os.pidfd_open(process.pid))
        except (AttributeError, OSError):  # no Linux, or a kernel or a sandbox without pidfds
            return cls(process, None)

    @property
    def pid(self) -> int:
        """Its process id, which is also that of its group and its session."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Its exit code, 128 + n for an end by signal n; None while it runs."""
        if self._exit_code is None:
            self._exit_code = self._poll()
        return self._exit_code

    async def wait(self) -> None:
        """Wait until it has ended."""
        if self._handle is None:
            await self._wait_by_polling()
            return
        async with self._waiting:  # trio lets one task wait for a descriptor
            if self.exit_code is None:
                with suppress(trio.ClosedResourceError):  # reaped, since it would not end
                    await trio.lowlevel.wait_readable(self._handle)

    def kill(self) -> None:
        """Kill it alone."""
        if self.exit_code is None:
            self._process.kill()

    def end(self) -> None:
        """Kill it alone, wait for its end, which is near then, and reap it; in a thread."""
        self._process.kill()
        self._process.wait()
        if self._handle is not None:
            os.close(self._handle)

    def reap(self) -> None:
        """Let go of its number, if it has ended, and of those of its orphans that came to us."""
        if self.exit_code is not None:
            self._process.wait()
        if self._handle is not None:
            trio.lowlevel.notify_closing(self._handle)
            os.close(self._handle)
            self._handle = None
        # Where we are the first process of a container, orphans of the group come to us.
        with suppress(ChildProcessError):
            while self._exit_code is not None and os.waitpid(-self.pid, os.WNOHANG)[0]:
                pass

    def _poll(self) -> int | None:
        if self._handle is None:
            code = self._process.poll()
            return code if code is None or code >= 0 else 128 - code
        try:
            end = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:  # our program has the system reap its children (SIG_IGN)
            return self._process.wait()
        if end is None:
            return None
        return end.si_status if end.si_code == os.CLD_EXITED else 128 + end.si_status

    async def _wait_by_polling(self) -> None:
        pause_s = _FIRST_POLL_S
        while self.exit_code is None:  # nobody tells
            await trio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LAST_POLL_S)
        await trio.lowlevel.checkpoint()
