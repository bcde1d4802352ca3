"""What is left of a run that is cancelled, and of one whose process is killed.

In each round a peer begins the answer of a model, or calls a tool: a plain function that lets
``sleep`` rest. What a cancel leaves is counted `GRACE_S` after it, while its process lives on.
Peers run in environments of their own, which `uv` makes. Only on Linux.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import randbelow

import attrs
import httpx

from benchmarks.chat_server import AWAITED, TURNS, open_chat_server
from benchmarks.compared import Compared
from benchmarks.effort import Effort
from benchmarks.peers import ENDS, Peer
from benchmarks.row import MILLISECONDS, PROCESSES, Unit

GRACE_S = 3.0
SETTLE_S = 0.5
PATIENCE_S = 120.0
"""To make an environment takes a while."""
SAMPLE_S = 0.02
OPEN = Unit("open", 1, 0)


@attrs.frozen(kw_only=True)
class Ending:
    """What one peer left.

    Attributes:
        took_s: until the cancelled run had ended, while the model answered; of a tool likewise.
        open: whether the server still waits for a client.
        left: whether the tool's process lives, after a cancel and after SIGKILL.
    """

    took_s: float
    open: int
    tool_took_s: float
    left: int
    left_by_kill: int


def compared(effort: Effort, directory: Path) -> list[Compared]:
    """Measure all once, in some minutes: what is left does not vary, how fast hardly matters."""
    del effort, directory
    if sys.platform != "linux":
        return []
    with open_chat_server() as base_url:
        found = [(peer, _ending(peer, base_url)) for peer in ENDS]
        by_name = {_named(peer): ending for peer, ending in found if ending is not None}

    def by_all(what: str, unit: Unit, value: Callable[[Ending], float]) -> Compared:
        values = {name: value(ending) for name, ending in by_name.items()}
        return Compared(what=what, unit=unit, values=values)

    return [
        by_all("from the cancel of an answer to its end", MILLISECONDS, lambda one: one.took_s),
        by_all("connections that it leaves", OPEN, lambda one: one.open),
        by_all("from the cancel of a tool to its end", MILLISECONDS, lambda one: one.tool_took_s),
        by_all("processes that it leaves", PROCESSES, lambda one: one.left),
        by_all("processes of a tool that SIGKILL leaves", PROCESSES, lambda one: one.left_by_kill),
    ]


def _named(peer: Peer) -> str:
    return f"{peer.name} {peer.version}".strip()


def _ending(peer: Peer, base_url: str) -> Ending | None:
    """Let *peer* end in three ways; None, with a line on standard error, if it cannot begin."""
    waited = f"{base_url}/{AWAITED}/{peer.name}"
    calling = f"{base_url}/{TURNS}/1"
    try:
        with _started(peer, waited) as run:
            run.until(lambda: _waiting(waited) == 1)
            took_s = run.cancelled_s()
            still_open = int(not _soon(lambda: _waiting(waited) == 0, GRACE_S))
        with _started(peer, calling) as run:
            run.until(run.rests)
            tool_took_s = run.cancelled_s()
            left = int(not _soon(lambda: not run.rests(), GRACE_S))
        with _started(peer, calling) as run:
            run.until(run.rests)
            os.kill(run.pid, signal.SIGKILL)
            left_by_kill = int(not _soon(lambda: not run.rests(), GRACE_S))
    except RuntimeError as error:
        print(f"{peer.name} is left out: {error}", file=sys.stderr)
        return None
    return Ending(
        took_s=took_s,
        open=still_open,
        tool_took_s=tool_took_s,
        left=left,
        left_by_kill=left_by_kill,
    )


@attrs.frozen
class _Run:
    process: subprocess.Popen[str]
    pid: int
    rest_s: str

    def until(self, ready: Callable[[], bool]) -> None:
        if not _soon(ready, PATIENCE_S):
            raise RuntimeError("it did not begin")
        time.sleep(SETTLE_S)  # noqa: TID251  # other processes can only be polled

    def cancelled_s(self) -> float:
        """Cancel it, and give what the run took to end; infinite if it does not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print("cancel", file=self.process.stdin, flush=True)
        told, _, _ = select.select([self.process.stdout], [], [], GRACE_S)
        return float(self.process.stdout.readline()) if told else float("inf")

    def rests(self) -> bool:
        """Tell whether the ``sleep`` of its tool lives."""
        return bool(list(_resting(self.rest_s)))


@contextmanager
def _started(peer: Peer, base_url: str) -> Generator[_Run]:
    rest_s = f"300.{randbelow(10**9):09}"  # by which its sleep is known
    with subprocess.Popen(
        [*peer.command, base_url],
        env=os.environ | {"REST_S": rest_s},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            pid = process.stdout.readline()
            if not pid:
                raise RuntimeError("it did not start")
            yield _Run(process, int(pid), rest_s)
        finally:
            process.kill()
            for left in _resting(rest_s):
                with suppress(ProcessLookupError):
                    os.kill(left, signal.SIGKILL)


def _resting(rest_s: str) -> Iterator[int]:
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with suppress(OSError):
                words = (directory / "cmdline").read_bytes().split(b"\0")
                if words[:2] == [b"sleep", rest_s.encode()]:
                    yield int(directory.name)


def _waiting(url: str) -> int:
    return int(httpx.get(url, trust_env=False).text)


def _soon(seen: Callable[[], bool], patience_s: float) -> bool:
    end = time.monotonic() + patience_s
    while not seen():
        if time.monotonic() > end:
            return False
        time.sleep(SAMPLE_S)  # noqa: TID251  # as above
    return True
