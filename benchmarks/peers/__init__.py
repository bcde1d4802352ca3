"""Others at the same work, each in a process, and the frameworks in environments of their own.

`uv` makes those for the length of the run; a peer that it cannot install is left out, with a line.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

HERE = Path(__file__).parent
PATIENCE_S = 600


@attrs.frozen
class Runs:
    """What so many runs at once took; the CPU time is that of one of them."""

    per_second: float
    cpu_s: float
    bytes: float


@attrs.frozen
class Peer:
    """What Python is told to run, and what must be installed for it."""

    name: str
    program: tuple[str, ...]
    packages: tuple[str, ...] = ()

    @property
    def command(self) -> list[str]:
        """What to start, but for the address and the number of runs."""
        return [*self._python, *self.program]

    @property
    def version(self) -> str:
        """The version of the first of its packages; "" if it has none, or they cannot be had."""
        if not self.packages:
            return ""
        distribution = re.split(r"[\[<>=]", self.packages[0])[0]
        program = f"from importlib.metadata import version; print(version({distribution!r}))"
        done = subprocess.run(
            [*self._python, "-c", program], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    @property
    def _python(self) -> list[str]:
        if not self.packages:
            return [sys.executable]
        uv = str(Path(sys.executable).with_name("uv"))
        needs = [word for package in self.packages for word in ("--with", package)]
        return [uv, "run", "--quiet", "--no-project", *needs, "python"]


@attrs.frozen
class Course:
    """Where they run."""

    _environment: Mapping[str, str]

    def runs(self, peer: Peer, base_url: str, count: int) -> Runs | None:
        """Let *peer* do *count* runs; None, with a line on standard error, if it cannot."""
        try:
            done = subprocess.run(
                [*peer.command, base_url, str(count)],
                env=self._environment,
                capture_output=True,
                text=True,
                check=True,
                timeout=PATIENCE_S,
            )
        except subprocess.CalledProcessError as error:
            print(f"{peer.name} is left out: {error.stderr.strip()[-300:]}", file=sys.stderr)
            return None
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{peer.name} is left out: {error}", file=sys.stderr)
            return None
        told = json.loads(done.stdout.splitlines()[-1])
        return Runs(count / told["seconds"], told["cpu_s"] / count, told["bytes"])


@contextmanager
def open_course() -> Generator[Course]:
    """Let processes find compiled what an earlier one imported.

    To compile takes memory, which is used again for the runs and so would hide what they take.
    """
    with TemporaryDirectory() as directory:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        yield Course(kept | {"PYTHONPYCACHEPREFIX": directory})


def _own(name: str, who: str) -> Peer:
    return Peer(name, ("-m", "benchmarks.runs", who))


def _framework(name: str, script: str, *packages: str) -> Peer:
    return Peer(name, (str(HERE / script),), packages)


SAGENT = _own("sagent", "sagent")
IN_FLIGHT = _own("sagent, in flight", "flight")
CANCEL = _own("sagent, cancelled", "cancel")
HTTPX = _own("one bare httpx client with its own limits", "httpx")
FREE_HTTPX = _own("one bare httpx client without limits", "free-httpx")
CALM_HTTPX = _own("one bare httpx client that twenty use at a time", "calm-httpx")
CLIENTS = (HTTPX, CALM_HTTPX)
PYDANTIC_AI = ("pydantic-ai", "pydantic_ai", "pydantic-ai-slim[openai]>=2.68")
OPENAI_AGENTS = ("openai-agents", "openai_agents", "openai-agents>=0.24")
LANGCHAIN = ("LangChain", "langchain", "langchain>=1.2", "langchain-openai>=1.7")
AGNO = ("agno", "agno", "agno>=3.1", "openai>=3")
FRAMEWORKS = (PYDANTIC_AI, OPENAI_AGENTS, LANGCHAIN, AGNO)
PEERS = tuple(
    _framework(name, f"{file}_runs.py", *packages) for name, file, *packages in FRAMEWORKS
)
ENDS = (
    Peer("sagent", (str(HERE / "sagent_ends.py"),)),
    *(_framework(name, f"{file}_ends.py", *packages) for name, file, *packages in FRAMEWORKS),
)
