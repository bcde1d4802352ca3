import heapq
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
        hunt = await trio.to_thread.run_sync(_hunt, workspace, base, pattern)
        # Ripgrep lists no links; to find these beside it took longer than to find all alone.
        names = await trio.to_thread.run_sync(_names, hunt)
        total = len(names)
        if most < total:
            names = heapq.nsmallest(most, names, key=_in_order)
        lines = [short(hunt.start / name, workspace) for name in sorted(names, key=_in_order)]
        if total > most:
            lines.append(f"... ({total - most} more; raise max_results or narrow)")
        return TextMessage("\n".join(lines) or "(no matches)")


@attrs.frozen
class _Hunt:
    """What is looked for, and where.

    Attributes:
        start: the directory, as it is named.
        real: the same without symbolic links.
        matcher: what names must be like; None for *start* alone.
    """

    start: Path
    real: Path
    matcher: GlobPattern | None


def _hunt(workspace: Workspace, base: Path, pattern: str) -> _Hunt:
    with open_folder(workspace, base):
        pass  # who names what is no directory is told so
    prefix, rest = fixed_prefix(pattern)
    if ".." in rest.split("/"):
        raise Refusal(f"{pattern!r}: .. after a wildcard leads nowhere; name the directory in path")
    start = place_of(workspace, prefix if prefix.startswith("~") else str(base / prefix))
    matcher = GlobPattern.of(rest) if rest else None
    return _Hunt(start, target_of(workspace, start), matcher)


def _names(hunt: _Hunt) -> list[str]:
    matcher = hunt.matcher
    if matcher is None:
        return [""] if hunt.real.exists() else []
    entries = walk(hunt.real, most_levels=matcher.most_levels)
    return matcher.matching(entry.relative for entry in entries)


def _in_order(name: str) -> str:
    return name.replace("/", "\0")
