"""Agents that are written down: a Markdown file each, with front matter and a system prompt."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from sagent.errors import UnknownNameError, UsageError
from sagent.home import Home
from sagent.model import EFFORTS, Effort
from sagent.prompt._file_limits import FileLimits
from sagent.prompt._front_matter import FrontMatter, parse_front_matter, split_at_commas
from sagent.prompt._instructions import ProjectInstructions
from sagent.prompt._name import is_name, wrong_name
from sagent.prompt._named import first_of_each_name, listing, nearest_names
from sagent.prompt._repository import directories_to, project_reach
from sagent.prompt._text_file import TextFile, read_text_file, shown

MOST_PROMPT_BYTES = 100_000
_MOST_FILES = 500
_FOLDER = Path(".sagent/agents")
_FIELDS = frozenset({"name", "description", "provider", "model", "effort", "tools"}) | {
    field.name for field in attrs.fields(FileLimits)
}


@attrs.frozen(kw_only=True)
class AgentFile:
    """An agent as its file describes it.

    Attributes:
        name: what it is called by.
        description: what it is for, in a line, for who chooses among agents; may be empty.
        system: what its model is told before all else; empty if the file says nothing.
        path: of the file.
        provider: who runs its model, by a provider's name; empty for whoever is at hand.
        model: by its provider's name for it; empty for the one at hand.
        effort: how hard its model is to think; None for the model's own.
        tools: names of the tools it may use; None for those at hand.
        limits: what it may take.
    """

    name: str
    description: str
    system: str = attrs.field(repr=False)
    path: Path
    provider: str = ""
    model: str = ""
    effort: Effort | None = None
    tools: tuple[str, ...] | None = None
    limits: FileLimits = attrs.field(factory=FileLimits)


@attrs.frozen
class AgentFiles:
    """The agents that were found, the nearest first.

    Attributes:
        found: each name once.
        warnings: what is wrong with their files, a line each.
    """

    found: tuple[AgentFile, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called by."""
        return tuple(agent.name for agent in self.found)

    def find(self, name: str) -> AgentFile:
        """Give the agent of that name.

        Raises:
            UnknownNameError: there is none; the message says what is wrong with its file, or names
                those that there are, the most similar first.
        """
        for agent in self.found:
            if agent.name == name:
                return agent
        for warning in self.warnings:
            if f"{os.sep}{name}.md is not " in warning:
                raise UnknownNameError(f"the agent {name[:80]!r} cannot be had: {warning}")
        names = nearest_names(name, self.names)
        raise UnknownNameError(
            f"unknown agent: {name[:80]!r}; there are: {names}; agents are files {_FOLDER}/NAME.md"
        )

    @property
    def listing(self) -> str:
        """A line for each, for a prompt: names, and as much of the descriptions as has room."""
        return listing(self.found)


def load_agent_files(
    cwd: Path, home: Home, *, project_instructions: ProjectInstructions = "read"
) -> AgentFiles:
    """Find the agents of the project, from *cwd* up to its root, then the user's own.

    They are files ``NAME.md`` in ``.sagent/agents``, and in the home's ``agents``; of one name, the
    first counts. One that is broken is a warning, and so is a link out of the project. Blocks;
    never raises OSError.
    """
    paths: list[Path] = []
    if project_instructions == "read":
        _, directories = directories_to(cwd)
        for directory in reversed(directories):
            paths += _files_in(directory / _FOLDER)
    reach = project_reach(cwd, home)
    faults = {path: fault for path in paths if (fault := reach.fault(path))}
    agents = _all_of([*paths, *_files_in(home.root / "agents")], faults)
    return AgentFiles(*first_of_each_name(agents, "agent"))


def _all_of(paths: Sequence[Path], faults: Mapping[Path, str]) -> Iterator[AgentFile | str]:
    """Give the agents in *paths* but for those with *faults*, and warnings."""
    for path in paths[:_MOST_FILES]:
        if fault := faults.get(path):
            yield f"{shown(path)} is not read: {fault}"
        else:
            yield from _read(path)
    if len(paths) > _MOST_FILES:
        yield (
            f"{shown(paths[_MOST_FILES])}: there are more than {_MOST_FILES} agents; no more are "
            "read"
        )


def _files_in(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.suffix == ".md")
    except OSError:
        return []


def _read(path: Path) -> Iterator[AgentFile | str]:
    if not is_name(path.stem):
        yield f"{shown(path)} is not used: {wrong_name(path.stem)}"
        return
    file = read_text_file(path, most_bytes=MOST_PROMPT_BYTES)
    if not isinstance(file, TextFile):
        yield f"{shown(path)} is not read: {file.reason}"
        return
    if file.was_cut:
        yield f"{shown(path)} is cut: of {file.size_bytes} bytes, {MOST_PROMPT_BYTES} are read"
    matter = parse_front_matter(file.text)
    yield from (f"{shown(path)}: {problem}" for problem in _problems(path, matter))
    try:
        yield _agent(path, matter)
    except UsageError as error:  # what limits an agent is not passed over
        yield f"{shown(path)} is not used: {error}"


def _problems(path: Path, matter: FrontMatter) -> Iterator[str]:
    yield from matter.problems
    if (name := matter.text("name")) and name != path.stem:
        yield f"it goes by its file's name, not by {name[:80]!r}"
    if unknown := ", ".join(sorted(matter.fields.keys() - _FIELDS)):
        yield f"it has fields that say nothing here: {unknown}"


def _agent(path: Path, matter: FrontMatter) -> AgentFile:
    return AgentFile(
        name=path.stem,
        description=" ".join(matter.text("description").split()),
        system=matter.body.strip(),
        path=path,
        provider=matter.text("provider"),
        model=matter.text("model"),
        effort=_effort(matter.text("effort")),
        tools=_tools(matter),
        limits=FileLimits.of(matter),
    )


def _effort(word: str) -> Effort | None:
    for effort in EFFORTS:
        if effort == word:
            return effort
    if word:
        raise UsageError(f"its effort {word[:80]!r} is none: choose {', '.join(EFFORTS)}")
    return None


def _tools(matter: FrontMatter) -> tuple[str, ...] | None:
    """Give the tools: a list, or names with commas between them; ``none`` is none."""
    tools = matter.fields.get("tools", "")
    names = split_at_commas(tools) if isinstance(tools, str) else tuple(filter(None, tools))
    if names == ("none",):
        return ()
    return names if names or isinstance(tools, tuple) else None
