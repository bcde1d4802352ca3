"""What a whole process costs."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

LAUNCH = Path(__file__).with_name("launch.py")


@attrs.frozen
class Cost:
    """What one process took."""

    seconds: float
    cpu_s: float
    peak_bytes: int


@attrs.frozen
class Launcher:
    """Runs commands with nothing to read and nowhere to write."""

    _directory: Path

    def run(self, *command: str) -> Cost:
        """Run *command* to its end.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        launched = subprocess.run(
            [sys.executable, "-I", "-S", str(LAUNCH), *command],
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds, cpu_s, peak_bytes = launched.stdout.split()
        return Cost(float(seconds), float(cpu_s), int(peak_bytes))

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OPENAI_", "PYTHON"))
        }
        return kept | {
            "PYTHONPYCACHEPREFIX": str(self._directory / "bytecode"),
            "SAGENT_HOME": str(self._directory / "home"),
        }


@contextmanager
def open_launcher() -> Generator[Launcher]:
    """Make a launcher whose commands find compiled what an earlier one imported, and keep nothing.

    So they do where sagent is installed; a checkout under PYTHONDONTWRITEBYTECODE compiles all
    at every start, which takes ten times as long.
    """
    with TemporaryDirectory() as directory:
        yield Launcher(Path(directory))
