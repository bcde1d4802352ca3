"""Lines that begin with an exclamation mark: commands of the person's own."""

import math
from pathlib import Path

import attrs

from sagent.tools._clip import clipped
from sagent.tools._shell import ShellCommand, run_shell
from sagent.tools._shell_environment import shell_environment


@attrs.frozen
class ShellLine:
    """A command for a shell, and whether the agent is to read what it gives."""

    command: str
    tells: bool

    @classmethod
    def of(cls, line: str) -> "ShellLine":
        """Read ``!command``, or ``!!command`` for one that the agent is told of."""
        return cls(line.lstrip("!").strip(), line.startswith("!!"))


async def run_line(line: ShellLine, directory: Path) -> str:
    """Run *line* in *directory*, and give what it wrote; cancelled, it leaves nothing behind.

    Raises:
        ProcessError: it cannot be started.
    """
    command = ShellCommand(
        text=line.command,
        cwd=directory,
        environ=shell_environment(None, cwd=directory, command=line.command),
        patience_s=math.inf,
    )
    end = await run_shell(command)
    code = f"[exit code: {end.exit_code}]" if end.exit_code else ""
    return "\n".join(filter(None, (clipped(end.output), code))) or "(no output)"
