"""The shell that stands between us and a command, so that the command cannot outlive us.

Everything runs in a session of its own, which is also a process group::

    sh (leader) ──┬── watcher: reads the lifeline; at its end, SIGKILL to all of it
                  └── the command, and what it starts

The lifeline is a pipe to which only we hold the writing end, and nobody ever writes: it ends
when we close it, or when we die, by whatever death. Why it is built this way:

- A death signal (``PR_SET_PDEATHSIG``) belongs to the *thread* that forked, and trio forks in
  worker threads, which end after ten idle seconds. The shell has one thread and stays, so a
  command that asks for a death signal itself gets a parent it can trust.
- The watcher keeps the group's number taken until we kill the group, so that no stranger can
  be hit by it.
- ``preexec_fn`` is unsafe where there are threads.
- dash names no descriptor above 9 and ``pass_fds`` cannot renumber, so everything travels on
  the standard three, and the scripts below put it into place.
- Only the command carries the mark (see ``_marked``): what is found by it is the command's.
- The shell's own complaint ("Terminated") is not output of the command. dash redirects before
  it forks and complains while it waits, so the redirection must be a subshell's.
"""

import os
import socket
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import attrs
import trio

from ._marked import MARK

_SHELL = "/bin/sh"

# Each sorts 0 (the lifeline), 1 and 2 as they arrive into 9 (the lifeline) and the command's own.
_NOTHING_IN = "exec 9<&0 </dev/null"
_BYTES_IN = "exec 9<&0 <&2 2>&1"
_DUPLEX = "exec 9<&0 <&2 8>&1 >&2 2>&8 8>&-"

# When we die the search by mark dies with us, so the watcher searches too: thrice, since what it
# is about to kill may just be starting another.
_BODY = f"""
{{
  trap '' TERM INT HUP
  read -r _
  for _ in 1 2 3; do
    kill -9 $(grep -laF "{MARK}=$1" /proc/[0-9]*/environ | tr -cd '0-9\\n') || break
  done
  kill -9 0
}} <&9 9<&- >/dev/null 2>&1 &
exec 8>&2 9<&- 2>/dev/null
export {MARK}="$1"
shift
trap : TERM INT HUP
( exec "$@" 2>&8 8>&- )
exit $?
"""


@attrs.frozen(kw_only=True)
class Pipes:
    """All descriptors between a command and us; every one closes on exec."""

    script: str
    child_stdin: int
    child_stdout: int
    child_stderr: int
    lifeline: int
    output: trio.lowlevel.FdStream
    inlet: trio.lowlevel.FdStream | None = None
    duplex: trio.SocketStream | None = None

    def command_line(self, mark: str, argv: Sequence[str]) -> list[str]:
        """Give the shell's command line that runs *argv* under *mark*."""
        return [_SHELL, "-c", self.script + _BODY, "sagent", mark, *argv]

    def close_child_side(self) -> None:
        """Close what only the child may hold, or its end would never be seen."""
        for descriptor in {self.child_stdin, self.child_stdout, self.child_stderr}:
            os.close(descriptor)

    def close_our_side(self) -> None:
        """Close what we hold, when no child came to be."""
        os.close(self.lifeline)
        self.output.close()
        if self.inlet is not None:
            self.inlet.close()
        if self.duplex is not None:
            self.duplex.socket.close()


def pipes_with_nothing_in() -> Pipes:
    """Empty standard input; output and error in one pipe."""
    with _opening() as opened:
        stdin, lifeline = _pipe(opened)
        output, stdout = _pipe(opened)
        return Pipes(
            script=_NOTHING_IN,
            child_stdin=stdin,
            child_stdout=stdout,
            child_stderr=stdout,
            lifeline=lifeline,
            output=trio.lowlevel.FdStream(output),
        )


def pipes_with_bytes_in() -> Pipes:
    """A pipe to standard input; output and error in one pipe."""
    with _opening() as opened:
        stdin, lifeline = _pipe(opened)
        output, stdout = _pipe(opened)
        given, inlet = _pipe(opened)
        return Pipes(
            script=_BYTES_IN,
            child_stdin=stdin,
            child_stdout=stdout,
            child_stderr=given,
            lifeline=lifeline,
            output=trio.lowlevel.FdStream(output),
            inlet=trio.lowlevel.FdStream(inlet),
        )


def pipes_with_duplex() -> Pipes:
    """One socket for standard input and output both; error in a pipe."""
    with _opening() as opened:
        stdin, lifeline = _pipe(opened)
        output, stdout = _pipe(opened)
        # The standard library's pair: trio's would make the child's end non-blocking as well.
        ours, theirs = socket.socketpair()
        return Pipes(
            script=_DUPLEX,
            child_stdin=stdin,
            child_stdout=stdout,
            child_stderr=theirs.detach(),
            lifeline=lifeline,
            output=trio.lowlevel.FdStream(output),
            duplex=trio.SocketStream(trio.socket.from_stdlib_socket(ours)),
        )


def _pipe(opened: list[int]) -> tuple[int, int]:
    ends = os.pipe()
    opened += ends
    return ends


@contextmanager
def _opening() -> Generator[list[int]]:
    # The limit on descriptors may be met half-way.
    opened: list[int] = []
    try:
        yield opened
    except BaseException:
        for descriptor in opened:
            os.close(descriptor)
        raise
