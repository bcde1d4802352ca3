"""The system prompt of the command line's agent: small, since every request carries it."""

import platform
from pathlib import Path

_ROLE = """\
You are sagent, a coding agent in a terminal. Work with your tools: look before you answer, make \
the changes you are asked for and no others, and check them. Answer briefly and plainly, and say \
what you did not do."""


def system_prompt(cwd: Path, *, instructions: str = "") -> str:
    """Give the prompt for an agent that works in *cwd*, with the user's *instructions* last."""
    place = f"Directory: {cwd}\nPlatform: {platform.system()}"
    user = f"# User instructions\n{instructions}" if instructions else ""
    return "\n\n".join(part for part in (_ROLE, place, user) if part)
