"""Prompts that people keep in files, to say them by a name: ``/review src``."""

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from sagent.home import Home
from sagent.prompt._front_matter import FrontMatter, parse_front_matter
from sagent.prompt._instructions import ProjectInstructions
from sagent.prompt._reach import Reach, real
from sagent.prompt._repository import directories_to, project_reach
from sagent.prompt._text_file import TextFile, read_text_file, shown

MOST_COMMANDS = 500
MOST_BODY_BYTES = 100_000
_MOST_DEPTH = 5
_FOLDERS = (".sagent", ".claude")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")
_PLACE = re.compile(r"\$(?:ARGUMENTS(?![\w\[])|(?P<number>[1-9]))")
"""``$ARGUMENTS`` and ``$1`` to ``$9`` (code.claude.com/docs/en/slash-commands, November 2026)."""


@attrs.frozen(kw_only=True)
class CustomCommand:
    """A prompt under a name.

    Attributes:
        name: the file's, after the folders that it is in: ``git:fix``.
        description: what it is for, in a line.
        arguments: what may follow the name, as its author shows it.
        body: the prompt, with places for arguments.
        path: its file's.
    """

    name: str
    description: str
    arguments: str = ""
    body: str = attrs.field(repr=False)
    path: Path

    def filled(self, rest: str) -> str:
        """Put *rest* where the body wants it; if nowhere, it comes last.

        ``$ARGUMENTS`` is all of it, ``$1`` the first word, as a shell parts them; what is not given
        is left empty.
        """
        words = _words(rest)

        def fill(place: re.Match[str]) -> str:
            number = place["number"]
            return rest if number is None else "".join(words[int(number) - 1 :][:1])

        text, places = _PLACE.subn(fill, self.body)
        return text if places or not rest else f"{text}\n\n{rest}"


@attrs.frozen
class CustomCommands:
    """The commands that were found, by name.

    Attributes:
        found: each name once.
        warnings: what is wrong with their files, a line each.
    """

    found: tuple[CustomCommand, ...] = ()
    warnings: tuple[str, ...] = ()

    def find(self, name: str) -> CustomCommand | None:
        """Give the command of that name, if there is one."""
        return next((command for command in self.found if command.name == name), None)


def load_commands(
    *,
    cwd: Path,
    home: Home,
    taken: Iterable[str] = (),
    project_instructions: ProjectInstructions = "read",
) -> CustomCommands:
    """Find the commands of the project, from *cwd* up to its root, then the user's own.

    They are the Markdown files in ``.sagent/commands`` and ``.claude/commands``, and in the home's
    ``commands``, and in folders there; of one name, the nearest counts. A link out of the project
    is a warning. Blocks; never raises OSError.

    Args:
        cwd: where the work is done.
        home: the user's.
        taken: names that a file cannot have.
        project_instructions: whether the project's are read.
    """
    own = home.root / "commands"
    files, warnings = [(own, path) for path in _in(own)], list[str]()
    if project_instructions == "read":
        nearer, warnings = _files_of_project(cwd, project_reach(cwd, home))
        files = nearer + files
    if len(files) > MOST_COMMANDS:
        warnings.append(f"there are more than {MOST_COMMANDS} commands; no more are read")
    found, names = dict[str, CustomCommand](), frozenset(taken)
    for place, path in files[:MOST_COMMANDS]:
        command = _read(place, path, names)
        if isinstance(command, str):
            warnings.append(command)
        else:
            found.setdefault(command.name, command)
    return CustomCommands(tuple(found[name] for name in sorted(found)), tuple(warnings))


def _files_of_project(cwd: Path, reach: Reach) -> tuple[list[tuple[Path, Path]], list[str]]:
    """Give the files, each after the place that it is in, and warnings of links that lead out."""
    files: list[tuple[Path, Path]] = []
    warnings: list[str] = []
    for place in _places(cwd):
        if not reach.holds(real(place)):  # it may be all of the machine
            warnings.append(f"{shown(place)} is not read: it lies outside the project")
            continue
        for path in _in(place):
            if fault := reach.fault(path):
                warnings.append(f"{shown(path)} is not read: {fault}")
            else:
                files.append((place, path))
    return files, warnings


def _places(cwd: Path) -> Iterator[Path]:
    _, directories = directories_to(cwd)
    for directory in reversed(directories):
        yield from (directory / folder / "commands" for folder in _FOLDERS)


def _in(place: Path) -> Iterator[Path]:
    """Give the Markdown files in *place*, in order; links to folders are not followed."""
    for folder, folders, names in os.walk(place):
        depth = len(Path(folder).relative_to(place).parts)
        folders[:] = sorted(folders) if depth < _MOST_DEPTH else []
        for name in sorted(names):
            if name.endswith(".md"):
                yield Path(folder, name)


def _read(place: Path, path: Path, taken: frozenset[str]) -> CustomCommand | str:
    """Read the command in *path*, below *place*; or say why it is none."""
    parts = path.relative_to(place).with_suffix("").parts
    name = ":".join(parts)
    if not all(map(_NAME.fullmatch, parts)):
        return f"{shown(path)} is no command: a name has letters, digits, and . _ - after the first"
    if name in taken:
        return f"{shown(path)} is not used: /{name} is a command of sagent's own"
    file = read_text_file(path, most_bytes=MOST_BODY_BYTES)
    if not isinstance(file, TextFile):
        return f"{shown(path)} is not read: {file.reason}"
    if file.was_cut:
        return f"{shown(path)} is not used: it has more than {MOST_BODY_BYTES} bytes"
    matter = parse_front_matter(file.text)
    if not matter.body.strip():
        return f"{shown(path)} is not used: it says nothing"
    return CustomCommand(
        name=name,
        description=_description(matter),
        arguments=" ".join(_hint(matter).split()),
        body=matter.body.strip(),
        path=path,
    )


def _description(matter: FrontMatter) -> str:
    """Take the first line of the body for a description, if there is none."""
    told = " ".join(matter.text("description").split())
    return told or matter.body.strip().splitlines()[0].lstrip("# ")


def _hint(matter: FrontMatter) -> str:
    """Give the hint, which authors write as ``[file]``: a list, to YAML."""
    field = matter.fields.get("argument-hint", "")
    return field if isinstance(field, str) else f"[{', '.join(field)}]"


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:  # a quote that does not end
        return rest.split()
