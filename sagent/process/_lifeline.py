"""The shells that stand between us and a command, so that the command cannot outlive us.

Each of the two runs in a session of its own, which is also a process group. The watcher is outside
of the command's, so that it can kill that even when it is stopped::

    we ──┬── sh (watcher): reads the lifeline; at its end, SIGKILL to the leader's group
         └── sh (leader) ─── the command, and what it starts

The lifeline is a pipe into which the leader writes its number, and then lets go of it, before it
starts the command. From then on only we hold the writing end, and nobody ever writes: it ends
when we close it, or when we die, by whatever death. Why it is built this way:

- A death signal (``PR_SET_PDEATHSIG``) belongs to the *thread* that forked, and trio forks in
  worker threads, which end after ten idle seconds. The leader has one thread and stays, so a
  command that asks for a death signal itself gets a parent it can trust.
- The group's number stays taken until we have killed the group, so that no stranger can be hit
  by it: the leader is not reaped before (see ``_child``).
- The watcher has nothing of the command's environment, whose PATH may lead it astray, nor its
  directory, which may be on a dead mount.
- ``preexec_fn`` is unsafe where there are threads.
- dash names no descriptor above 9 and ``pass_fds`` cannot renumber, so everything travels on
  the standard three, and the scripts below put it into place.
- Only the command carries the mark (see ``_marked``): what is found by it is the command's.
- The shell's own complaint ("Terminated") is not output of the command. dash redirects before
  it forks and complains while it waits, so the redirection must be a subshell's.
"""

import os
import socket
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import attrs
import trio

from sagent.process._marked import MARK
from sagent.process._terminal import TerminalSize, open_terminal

_SHELL = "/bin/sh"
_SYSTEM_PATH = "/usr/bin:/bin"

# When we die the search by mark dies with us, so the watcher searches too: thrice, since what it
# is about to kill may just be starting another. A process of another user makes grep fail.
_WATCHER = f"""
trap '' TERM INT HUP
read -r group || exit
read -r _
kill -9 "-$group"
for _ in 1 2 3; do
  found=$(grep -laF "{MARK}=$1" /proc/[0-9]*/environ)
  [ -n "$found" ] || break
  for file in $found; do
    file=${{file#/proc/}}
    kill -9 "${{file%/*}}"
  done
done
"""

# Each sorts 0 (the lifeline), 1 and 2 as they arrive into 9 (the lifeline) and the command's own.
_NOTHING_IN = "exec 9<&0 </dev/null"
_BYTES_IN = "exec 9<&0 <&2 2>&1"
_DUPLEX = "exec 9<&0 <&2 8>&1 >&2 2>&8 8>&-"

_LEADER = f"""
echo $$ >&9
exec 8>&2 9<&- 2>/dev/null
export {MARK}="$1"
shift
trap : TERM INT HUP
( exec "$@" 2>&8 8>&- )
exit $?
"""


def watcher_command_line(mark: str) -> list[str]:
    """Give the command line of a watcher over what carries *mark*; its input is the lifeline."""
    return [_SHELL, "-c", _WATCHER, "sagent", mark]


def watcher_environment(environ: Mapping[str, str], outer_mark: str) -> dict[str, str]:
    """Give the environment of a watcher: the system's tools before ours of *environ*."""
    path = ":".join(filter(None, (_SYSTEM_PATH, environ.get("PATH"))))
    return {"PATH": path, MARK: outer_mark}


@attrs.frozen(kw_only=True)
class Pipes:
    """All descriptors between a command and us; every one closes on exec."""

    script: str
    lifeline: int
    watched: int
    """The lifeline's other end."""
    child_stdout: int
    child_stderr: int
    output: trio.lowlevel.FdStream
    inlet: trio.lowlevel.FdStream | None = None
    duplex: trio.SocketStream | None = None

    def command_line(self, mark: str, argv: Sequence[str]) -> list[str]:
        """Give the leader's command line that runs *argv* under *mark*."""
        return [_SHELL, "-c", self.script + _LEADER, "sagent", mark, *argv]

    def close_child_side(self) -> None:
        """Close what only the children may hold, or its end would never be seen."""
        for descriptor in {self.watched, self.child_stdout, self.child_stderr}:
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
    with _opening() as stack:
        watched, lifeline = _pipe(stack)
        output, stdout = _pipe(stack)
        return Pipes(
            script=_NOTHING_IN,
            lifeline=lifeline,
            watched=watched,
            child_stdout=stdout,
            child_stderr=stdout,
            output=trio.lowlevel.FdStream(output),
        )


def pipes_with_bytes_in() -> Pipes:
    """A pipe to standard input; output and error in one pipe."""
    with _opening() as stack:
        watched, lifeline = _pipe(stack)
        output, stdout = _pipe(stack)
        given, inlet = _pipe(stack)
        return Pipes(
            script=_BYTES_IN,
            lifeline=lifeline,
            watched=watched,
            child_stdout=stdout,
            child_stderr=given,
            output=trio.lowlevel.FdStream(output),
            inlet=trio.lowlevel.FdStream(inlet),
        )


def pipes_with_duplex() -> Pipes:
    """One socket for standard input and output both; error in a pipe."""
    with _opening() as stack:
        return _duplex(stack, _pipe(stack))


def pipes_with_terminal(size: TerminalSize) -> Pipes:
    """One socket for standard input and output both; error in a terminal."""
    with _opening() as stack:
        return _duplex(stack, _owned(stack, open_terminal(size)))


def _duplex(stack: ExitStack, error: tuple[int, int]) -> Pipes:
    watched, lifeline = _pipe(stack)
    output, child_output = error
    # The standard library's pair: trio's would make the child's end non-blocking as well.
    ours, theirs = socket.socketpair()
    return Pipes(
        script=_DUPLEX,
        lifeline=lifeline,
        watched=watched,
        child_stdout=child_output,
        child_stderr=theirs.detach(),
        output=trio.lowlevel.FdStream(output),
        duplex=trio.SocketStream(trio.socket.from_stdlib_socket(ours)),
    )


def _pipe(stack: ExitStack) -> tuple[int, int]:
    return _owned(stack, os.pipe())


def _owned(stack: ExitStack, ends: tuple[int, int]) -> tuple[int, int]:
    for end in ends:
        stack.callback(os.close, end)
    return ends


@contextmanager
def _opening() -> Generator[ExitStack]:
    # The limit on descriptors may be met half-way.
    with ExitStack() as stack:
        yield stack
        stack.pop_all()
