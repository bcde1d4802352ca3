import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import attrs

from sagent.home import Home
from sagent.prompt._reach import Reach, absolute, real
from sagent.prompt._reader import Reader
from sagent.prompt._repository import Repository, directories_to
from sagent.prompt._rules import ConditionalRules
from sagent.prompt._source import Source, fitted
from sagent.prompt._text_file import is_file

type ProjectInstructions = Literal["read", "ignore"]
"""Whether what a project says to agents is read; ``ignore`` is for one that is not trusted."""

MOST_TOTAL_BYTES = 64 * 1024


@attrs.frozen(kw_only=True)
class Instructions:
    """What the user and the project say to agents.

    Attributes:
        sources: the files that the prompt holds, the most general first.
        rules: what becomes known with the files it is for.
        repository: the git repository that the directory is in, if any.
        warnings: what was left out or cut and why, a line each.
        looked: whether a directory was looked into at all.
    """

    sources: tuple[Source, ...] = ()
    rules: ConditionalRules = attrs.field(factory=ConditionalRules)
    repository: Repository | None = None
    warnings: tuple[str, ...] = ()
    looked: bool = False


def load_instructions(
    *,
    cwd: Path,
    home: Home,
    extra_dirs: Iterable[Path] = (),
    project_instructions: ProjectInstructions = "read",
) -> Instructions:
    """Read what stands in the home, from the repository's root down to *cwd*, and in *extra_dirs*.

    In each directory: ``AGENTS.md``, or else ``CLAUDE.md``; ``.sagent/AGENTS.md``;
    ``.sagent/rules/**/*.md``; ``AGENTS.local.md``. Outside a repository, *cwd* alone is looked
    into. With *project_instructions* "ignore", the home's files alone are read. Nothing that is
    read is ever run. Blocks; never raises OSError: what is wrong with a file is a warning.
    """
    repository, directories = directories_to(cwd)
    root = directories[0]
    reader = Reader()
    for path in (home.root / "AGENTS.md", *_rules_below(home.root / "rules")):
        _read_if_there(reader, path, reach=None, base=root)
    if project_instructions == "read":
        for directory in directories:
            _read_directory(reader, directory, reach=Reach.of(home, root))
        for extra in extra_dirs:
            _read_directory(reader, absolute(extra), reach=Reach.of(home, root, extra))
    sources, cuts = _fitted(reader.sources)
    return Instructions(
        sources=sources,
        rules=ConditionalRules(tuple(reader.rules)),
        repository=repository,
        warnings=(*reader.warnings, *cuts),
        looked=True,
    )


def _read_directory(reader: Reader, directory: Path, *, reach: Reach) -> None:
    names = [directory / "AGENTS.md", directory / ".sagent" / "AGENTS.md"]
    if not is_file(names[0]):
        names.insert(1, directory / "CLAUDE.md")
    folder = directory / ".sagent" / "rules"
    is_inside = reach.holds(real(folder))
    if not is_inside:
        reader.leave_out(folder, "it lies outside the project")
    rules = _rules_below(folder) if is_inside else ()
    for path in (*names, *rules, directory / "AGENTS.local.md"):
        _read_if_there(reader, path, reach=reach, base=directory)


def _read_if_there(reader: Reader, path: Path, *, reach: Reach | None, base: Path) -> None:
    if os.path.lexists(path):
        reader.read(path, reach=reach, base=base)


def _rules_below(directory: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(directory):
        folders.sort()
        yield from (Path(place, name) for name in sorted(names) if name.endswith(".md"))


def _fitted(sources: Sequence[Source]) -> tuple[tuple[Source, ...], list[str]]:
    """Keep to the total: room goes to the user's own files first, then to the nearest."""
    own = [source for source in sources if source.scope == "user"]
    nearest = [source for source in reversed(sources) if source.scope == "project"]
    kept, warnings = fitted([*own, *nearest], most_bytes=MOST_TOTAL_BYTES)
    by_path = {source.path: source for source in kept}
    return tuple(by_path[source.path] for source in sources), warnings
