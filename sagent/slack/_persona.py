"""Who an agent is, by the name of its persona: the first of these that there is.

1. ``<name>.md`` of the directory of personas: a text in place of our own words
2. the agent that is called so in ``.sagent/agents``, with its model, tools and limits
3. ``default.md`` of the directory of personas
4. nothing but its name
"""

from pathlib import Path

import attrs

from sagent.errors import UsageError
from sagent.home import Home
from sagent.prompt import ProjectInstructions, load_agent_files

MOST_PERSONA_BYTES = 100_000
_DEFAULT = "default"


@attrs.frozen(kw_only=True)
class Persona:
    """Who an agent is.

    Attributes:
        system: what it is told about itself; "" where `agent_file` says it.
        agent_file: the name of the file in ``.sagent/agents`` that describes it; "" for none.
    """

    system: str = attrs.field(default="", repr=False)
    agent_file: str = ""


def load_persona(
    name: str,
    *,
    directory: Path | None,
    cwd: Path,
    home: Home,
    project_instructions: ProjectInstructions = "read",
) -> Persona:
    """Find the persona *name*. Blocks.

    Raises:
        UsageError: its file cannot be read, or is too large.
    """
    if (text := _text(directory, name)) is not None:
        return Persona(system=text)
    files = load_agent_files(cwd, home, project_instructions=project_instructions)
    if name in files.names:
        return Persona(agent_file=name)
    text = _text(directory, _DEFAULT)
    return Persona(system=f"You are {name}." if text is None else text)


def _text(directory: Path | None, name: str) -> str | None:
    if directory is None:
        return None
    path = directory / f"{name}.md"
    try:
        with path.open("rb") as file:
            content = file.read(MOST_PERSONA_BYTES + 1)
        text = content.decode().strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"the persona {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"the persona {path} is not UTF-8: save it as such") from error
    if len(content) > MOST_PERSONA_BYTES:
        raise UsageError(f"the persona {path} has more than {MOST_PERSONA_BYTES} bytes: shorten it")
    return text or None
