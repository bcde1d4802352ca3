import os
from contextlib import suppress

import attrs
import trio


@attrs.define(eq=False)
class Leader:
    """The shell at the head of a tree.

    Once it has ended it stays a zombie until `reap`: so nobody else gets its number, which is the
    group's, and a signal to the group hits no stranger. Where there are no pidfds it cannot be
    waited for otherwise than by reaping it; there the watcher holds the number.
    """

    _process: trio.Process
    _handle: int | None
    _exit_code: int | None = attrs.field(default=None, init=False)
    _waiting: trio.Lock = attrs.field(factory=trio.Lock, init=False)

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
            await self._process.wait()
            return
        async with self._waiting:  # trio lets one task wait for a descriptor
            if self.exit_code is None:
                await trio.lowlevel.wait_readable(self._handle)

    def reap(self) -> None:
        """Let go of its number, if it has ended, and of those of its orphans that came to us."""
        self._exit_code = self.exit_code
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        # Where we are the first process of a container, orphans of the group come to us.
        with suppress(ChildProcessError):
            while self._process.returncode is not None and os.waitpid(-self.pid, os.WNOHANG)[0]:
                pass

    def _poll(self) -> int | None:
        if self._handle is None:
            code = self._process.returncode
            return code if code is None or code >= 0 else 128 - code
        end = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if end is None:
            return None
        return end.si_status if end.si_code == os.CLD_EXITED else 128 + end.si_status


def lead(process: trio.Process) -> Leader:
    """Take charge of *process*."""
    try:
        handle = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # no Linux, or a kernel or a sandbox without pidfds
        handle = None
    return Leader(process, handle)
