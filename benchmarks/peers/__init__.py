"""Other agent frameworks at the same work, each in an environment of its own.

`uv` makes that for the length of the run; a peer that it cannot install is left out, with a line.
"""

import json
import subprocess
import sys
from pathlib import Path

import attrs

HERE = Path(__file__).parent
PATIENCE_S = 600


@attrs.frozen
class Runs:
    """What so many runs at once took."""

    per_second: float
    bytes: float


@attrs.frozen
class Peer:
    """Which framework is in which script, and what must be installed for it."""

    name: str
    script: str
    packages: tuple[str, ...] = ()

    @property
    def _python(self) -> list[str]:
        if not self.packages:
            return [sys.executable]
        uv = str(Path(sys.executable).with_name("uv"))
        needs = [word for package in self.packages for word in ("--with", package)]
        return [uv, "run", "--quiet", "--no-project", *needs, "python"]

    def runs(self, base_url: str, count: int) -> Runs | None:
        """Let it do *count* runs; None, with a line on standard error, if it cannot."""
        command = [*self._python, str(HERE / self.script), base_url, str(count)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=PATIENCE_S
            )
        except subprocess.CalledProcessError as error:
            print(f"{self.name} is left out: {error.stderr.strip()[-300:]}", file=sys.stderr)
            return None
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{self.name} is left out: {error}", file=sys.stderr)
            return None
        told = json.loads(done.stdout.splitlines()[-1])
        return Runs(count / told["seconds"], told["bytes"])


SAGENT = Peer("sagent", "sagent_runs.py")
PEERS = (
    Peer("pydantic-ai", "pydantic_ai_runs.py", ("pydantic-ai-slim[openai]>=2.68",)),
    Peer("openai-agents", "openai_agents_runs.py", ("openai-agents>=0.24",)),
    Peer("LangGraph", "langgraph_runs.py", ("langchain>=1.2", "langchain-openai>=1.7")),
    Peer("agno", "agno_runs.py", ("agno>=3.1", "openai>=3")),
)
