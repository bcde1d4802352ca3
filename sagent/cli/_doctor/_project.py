"""What a project, and the user, tell agents."""

import os
from collections.abc import Iterator
from pathlib import Path

from sagent.cli._doctor._finding import Finding, failed, ok, warning
from sagent.cli._instructions import home_at_hand
from sagent.prompt import load_agent_files, load_instructions, load_skills, read_memory


def look_at_project() -> Iterator[Finding]:
    """See whether the current directory can be worked in, and what is wrong with its files."""
    try:
        cwd = Path.cwd()
    except OSError as error:
        yield failed(f"the current directory is gone: {error.strerror}", "cd to another one")
        return
    yield (
        ok(f"the agent would work in {cwd}")
        if os.access(cwd, os.W_OK | os.X_OK)
        else warning(f"{cwd} cannot be written", "start sagent where the agent may change files")
    )
    home = home_at_hand()
    instructions = load_instructions(cwd=cwd, home=home)
    skills, agents = load_skills(cwd=cwd, home=home), load_agent_files(cwd, home)
    memory = read_memory(cwd=cwd, home=home)
    counted = (
        ("instruction file", len(instructions.sources)),
        ("skill", len(skills.found)),
        ("agent file", len(agents.found)),
    )
    yield ok(", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in counted))
    for text in (
        *instructions.warnings,
        *memory.warnings,
        *skills.warnings,
        *agents.warnings,
    ):
        yield warning(text, "correct the file")
