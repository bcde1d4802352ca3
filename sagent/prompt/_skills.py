"""Skills, as agentskills.io/specification describes them (read in November 2026)."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from sagent.errors import UnknownNameError
from sagent.home import Home
from sagent.prompt._front_matter import FrontMatter, parse_front_matter
from sagent.prompt._instructions import ProjectInstructions
from sagent.prompt._name import is_name, wrong_name
from sagent.prompt._named import first_of_each_name, listing, nearest_names
from sagent.prompt._repository import directories_to, project_reach
from sagent.prompt._text_file import TextFile, Unreadable, read_text_file, shown

MOST_BODY_BYTES = 100_000
_MOST_DESCRIPTION_CHARS = 1024
_MOST_COMPATIBILITY_CHARS = 500
_MOST_SKILLS = 500
_FOLDERS = (".sagent", ".claude", ".agents")
_WHY_LEFT_OUT = ("is not used", "is not read")


@attrs.frozen(kw_only=True)
class Skill:
    """Instructions for a kind of work, in a folder with what they need.

    Attributes:
        name: what it is called by.
        description: what it does, and when to use it.
        path: of its ``SKILL.md``, which names other files relative to its folder.
        compatibility: what it needs to work, such as programs or the network; "" for nothing.
        is_listed: whether a model is told of it; not with ``disable-model-invocation: true``.
    """

    name: str
    description: str
    path: Path
    compatibility: str = ""
    is_listed: bool = True

    def folder(self) -> Path:
        """Tell where what belongs to it is: no link leads there, as out of a workspace. Blocks."""
        return Path(os.path.realpath(self.path.parent))

    def body(self) -> str:
        """Read the instructions: `MOST_BODY_BYTES` at most, without the front matter.

        Blocks.

        Raises:
            UnknownNameError: the file is gone, or cannot be read any more.
        """
        file = read_text_file(self.path, most_bytes=MOST_BODY_BYTES)
        if isinstance(file, Unreadable):
            raise UnknownNameError(
                f"the skill {self.name!r} is not there any more: {shown(self.path)}: {file.reason}"
            )
        text = parse_front_matter(file.text).body.strip()
        if "\N{REPLACEMENT CHARACTER}" in text:
            text += (
                "\n[the file is not all UTF-8: \N{REPLACEMENT CHARACTER} stands for what is not]"
            )
        return f"{text}\n[cut: the file has {file.size_bytes} bytes]" if file.was_cut else text


@attrs.frozen
class Skills:
    """The skills that were found, the nearest first.

    Attributes:
        found: each name once.
        warnings: what is wrong with their files, a line each.
    """

    found: tuple[Skill, ...] = ()
    warnings: tuple[str, ...] = ()

    def find(self, name: str) -> Skill:
        """Give the skill of that name.

        Raises:
            UnknownNameError: there is none; the message says what is wrong with its file, or names
                those that there are, the most similar first.
        """
        for skill in self.found:
            if skill.name == name:
                return skill
        marks = [f"{os.sep}{name}{os.sep}SKILL.md {why}" for why in _WHY_LEFT_OUT]
        for warning in self.warnings:
            if any(mark in warning for mark in marks):
                raise UnknownNameError(f"the skill {_quoted(name)} has a fault: {warning}")
        names = nearest_names(name, (skill.name for skill in self._listed))
        raise UnknownNameError(f"unknown skill: {_quoted(name)}; there are: {names}")

    @property
    def _listed(self) -> tuple[Skill, ...]:
        return tuple(skill for skill in self.found if skill.is_listed)

    @property
    def listing(self) -> str:
        """A line for each, for a prompt: names, and as much of the descriptions as has room."""
        return listing(self._listed)


def load_skills(
    *, cwd: Path, home: Home, project_instructions: ProjectInstructions = "read"
) -> Skills:
    """Find the skills of the project, from *cwd* up to its root, then the user's own.

    They are folders in ``.sagent/skills``, ``.claude/skills`` and ``.agents/skills``, and in the
    home's ``skills``, with a ``SKILL.md`` in each; of one name, the first counts. A link out of the
    project is a warning. Blocks; never raises OSError.
    """
    _, directories = directories_to(cwd)
    places: list[Path] = []
    if project_instructions == "read":
        for directory in reversed(directories):
            places += [directory / folder / "skills" for folder in _FOLDERS]
    reach = project_reach(cwd, home)
    paths = [path for place in places for path in _skill_files(place)]
    faults = {path: fault for path in paths if (fault := reach.fault(path))}
    skills = _all_of([*paths, *_skill_files(home.root / "skills")], faults)
    return Skills(*first_of_each_name(skills, "skill"))


def _all_of(paths: Sequence[Path], faults: Mapping[Path, str]) -> Iterator[Skill | str]:
    """Give the skills in *paths* but for those with *faults*, and warnings."""
    for path in paths[:_MOST_SKILLS]:
        if fault := faults.get(path):
            yield f"{shown(path)} is not read: {fault}"
            continue
        file = read_text_file(path, most_bytes=MOST_BODY_BYTES)
        if isinstance(file, TextFile):
            yield from _skill(path, parse_front_matter(file.text))
        else:
            yield f"{shown(path)} is not read: {file.reason}"
    if len(paths) > _MOST_SKILLS:
        place = paths[_MOST_SKILLS].parent.parent
        yield f"{shown(place)}: there are more than {_MOST_SKILLS} skills; no more are read"


def _skill_files(place: Path) -> list[Path]:
    try:
        folders = sorted(place.iterdir())
    except OSError:
        return []
    return [path for folder in folders if os.path.lexists(path := folder / "SKILL.md")]


def _skill(path: Path, matter: FrontMatter) -> Iterator[Skill | str]:
    """Check what the format asks for; what can be used all the same is, with a warning."""
    name, description = matter.text("name"), " ".join(matter.text("description").split())
    folder = path.parent.name
    yield from (f"{shown(path)}: {problem}" for problem in matter.problems)
    if not description:
        yield f"{shown(path)} is not used: it has no description"
        return
    if len(description) > _MOST_DESCRIPTION_CHARS:
        yield f"{shown(path)}: its description is longer than {_MOST_DESCRIPTION_CHARS} characters"
    if not is_name(name):
        if not is_name(folder):
            yield f"{shown(path)} is not used: {wrong_name(name)}"
            return
        yield f"{shown(path)} goes by its folder: {wrong_name(name)}"
        name = folder
    elif name != folder:
        yield f"{shown(path)}: its name {name!r} is not its folder's"
    needs = " ".join(matter.text("compatibility").split())
    if len(needs) > _MOST_COMPATIBILITY_CHARS:
        most = _MOST_COMPATIBILITY_CHARS
        yield f"{shown(path)}: its compatibility is longer than {most} characters"
    hidden = matter.text("disable-model-invocation").lower() == "true"
    yield Skill(
        name=name,
        description=description,
        path=path,
        compatibility=needs[:_MOST_COMPATIBILITY_CHARS],
        is_listed=not hidden,
    )


def _quoted(name: str) -> str:
    return repr(name[:80])
