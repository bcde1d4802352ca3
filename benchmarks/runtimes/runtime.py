"""A runtime in a process of its own, that does works when told."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import attrs

REQUIREMENTS = Path(__file__).parent.with_name("requirements.txt")
INSTALL_PATIENCE_S = 600


@attrs.frozen
class Maker:
    """Which runtime is in which module, and which Python has what it needs."""

    name: str
    module: str
    python: str = sys.executable

    def versioned(self) -> "Maker":
        """Put its version into its name; the name's first word is that of its package."""
        package = self.name.partition(",")[0]
        program = f"from importlib.metadata import version; print(version({package!r}))"
        told = subprocess.run(
            [self.python, "-c", program], capture_output=True, text=True, check=True
        )
        name = self.name.replace(package, f"{package} {told.stdout.strip()}")
        return attrs.evolve(self, name=name)

    def command(self, *work: str) -> tuple[str, ...]:
        return (self.python, "-m", "benchmarks.runtimes", self.module, *work)


SAGENT = Maker("sagent", "sagent_actors")
TRIO = Maker("trio", "trio_tasks")
ASYNCIO = Maker("asyncio", "asyncio_tasks")
INSTALLED = (
    Maker("pykka", "pykka_threads"),
    Maker("thespian, one thread", "thespian_simple"),
    Maker("thespian, processes", "thespian_processes"),
    Maker("xoscar, one process", "xoscar_pool"),
)


def installed_peers(directory: Path) -> list[Maker]:
    """List the peers, after installing them in an environment below *directory*.

    Without those that must be installed, and with a line on standard error, if they cannot be.
    """
    place = directory.resolve() / "runtimes"
    python = str(place / "bin" / "python")
    uv = str(Path(sys.executable).with_name("uv"))
    try:
        for command in (
            [uv, "venv", "--allow-existing", "--python", sys.executable, str(place)],
            [uv, "pip", "install", "--python", python, "-r", str(REQUIREMENTS)],
        ):
            subprocess.run(
                command, check=True, capture_output=True, text=True, timeout=INSTALL_PATIENCE_S
            )
    except (OSError, subprocess.SubprocessError) as error:
        names = ", ".join(peer.name for peer in INSTALLED)
        print(f"{names} are left out: {error}", file=sys.stderr)
        return [ASYNCIO]
    return [ASYNCIO, *(attrs.evolve(peer, python=python).versioned() for peer in INSTALLED)]


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
