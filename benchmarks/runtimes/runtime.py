"""A runtime in a process of its own, that does works when told."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import IO

import attrs


@attrs.frozen
class Maker:
    """Which runtime is in which module, and what must be installed for it."""

    name: str
    module: str
    package: str | None = None

    @property
    def installed(self) -> bool:
        return self.package is None or find_spec(self.package) is not None

    def command(self, *work: str) -> tuple[str, ...]:
        return (sys.executable, "-m", "benchmarks.runtimes", self.module, *work)


SAGENT = Maker("sagent", "sagent_actors")
TRIO = Maker("trio", "trio_tasks")
PEERS = (
    Maker("asyncio", "asyncio_tasks"),
    Maker("pykka", "pykka_threads", "pykka"),
    Maker("thespian, one thread", "thespian_simple", "thespian"),
    Maker("thespian, processes", "thespian_processes", "thespian"),
    Maker("xoscar, one process", "xoscar_pool", "xoscar"),
)


def installed_peers() -> list[Maker]:
    """List the peers that can run, and tell on standard error which cannot."""
    for package in sorted({peer.package or "" for peer in PEERS if not peer.installed}):
        line = f"{package} is not installed: uv pip install -r benchmarks/requirements.txt"
        print(line, file=sys.stderr)
    return [peer for peer in PEERS if peer.installed]


@attrs.frozen
class Runtime:
    """A runtime that waits to be told."""

    name: str
    works: frozenset[str]
    _input: IO[str]
    _replies: IO[str]

    def seconds_each(self, work: str, count: int) -> float:
        """Do *work* so many times.

        Raises:
            RuntimeError: the process ended; why stands on standard error.
        """
        print(count, work, file=self._input, flush=True)
        reply = self._replies.readline()
        if not reply:
            raise RuntimeError(f"{self.name} ended in {count} times {work!r}")
        return float(reply)


@contextmanager
def open_runtime(maker: Maker) -> Generator[Runtime]:
    """Start a runtime, which ends with the block and after the work that it is at.

    Ctrl-C is not for it: it ends its own threads and processes first.
    """
    with subprocess.Popen(
        maker.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        works = process.stdout.readline().rstrip("\n").split("\t")
        yield Runtime(maker.name, frozenset(works), process.stdin, process.stdout)
