from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._glob_pattern import GlobPattern, fixed_prefix
from sagent.tools._place import open_folder, place_of, short, target_of
from sagent.tools._refusal import Refusal
from sagent.tools._walk import walk

_DEFAULT_RESULTS = 200


@attrs.frozen
class _Found:
    """The first of the files that were asked for, and how many there are."""

    paths: list[Path]
    total: int


class Glob(BuiltinTool):
    """Finds files by their names."""

    card: ClassVar[Card] = Card(
        name="Glob",
        description=(
            "Find files by name, such as **/*.py or src/*.{c,h}, sorted. ** is any depth. "
            "Skips what .gitignore names, unless the path names it."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "pattern": {"type": "string"},
                "path": {"type": "string", "description": "where to search; default: here"},
                "max_results": {"type": "integer", "minimum": 1},
            },
            "required": ["pattern"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS}),
        concurrency="shared",
        subjects=("pattern",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        base = place_of(workspace, arguments.text("path", "."))
        pattern = arguments.text("pattern")
        most = arguments.count("max_results", _DEFAULT_RESULTS, least=1)
        if not pattern:
            raise Refusal("the pattern is empty: **/* finds all files")
        found = await trio.to_thread.run_sync(_find, workspace, base, pattern, most)
        lines = [short(path, workspace) for path in found.paths]
        if found.total > len(lines):
            lines.append(f"... ({found.total - len(lines)} more; raise max_results or narrow)")
        return TextMessage("\n".join(lines) or "(no matches)")


def _find(workspace: Workspace, base: Path, pattern: str, most: int) -> _Found:
    with open_folder(workspace, base):
        pass  # who names what is no directory is told so
    prefix, rest = fixed_prefix(pattern)
    if ".." in rest.split("/"):
        raise Refusal(f"{pattern!r}: .. after a wildcard leads nowhere; name the directory in path")
    start = place_of(workspace, prefix if prefix.startswith("~") else str(base / prefix))
    real = target_of(workspace, start)
    if not rest:
        return _Found([start], 1) if real.exists() else _Found([], 0)
    matcher = GlobPattern.of(rest)
    paths: list[Path] = []
    total = 0
    for entry in walk(real, most_levels=matcher.most_levels):
        if matcher.matches(entry.relative):
            total += 1
            if total <= most:
                paths.append(start / entry.relative)
    return _Found(paths, total)
