import os
from itertools import batched
from pathlib import Path
from typing import ClassVar

import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.process import open_process
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._entered import entered
from sagent.tools._glob_pattern import GlobPattern, fixed_prefix
from sagent.tools._place import open_folder, place_of, short, shown, target_of
from sagent.tools._refusal import Refusal
from sagent.tools._ripgrep import listing_arguments, ripgrep
from sagent.tools._shortlist import Shortlist
from sagent.tools._walk import walk

_DEFAULT_RESULTS = 200
_BATCH = 10_000


class Glob(BuiltinTool):
    """Finds regular files by their names: with ripgrep where it is installed, else by itself."""

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
        names = Shortlist(most)
        await _find(hunt, names)
        start = short(hunt.start, workspace)
        root = "" if start == "." else f"{start.rstrip('/')}/"
        lines = [shown(root + name) if name else start for name in names.first()]
        if names.total > most:
            lines.append(f"... ({names.total - most} more; raise max_results or narrow)")
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


async def _find(hunt: _Hunt, names: Shortlist) -> None:
    """Add the names below the start of *hunt* that are like it, "" for the start itself."""
    matcher, program = hunt.matcher, ripgrep()
    if matcher is None:
        names.add([""] if await trio.to_thread.run_sync(hunt.real.exists) else [])
    elif program is None:
        await trio.to_thread.run_sync(_walk, hunt.real, matcher, names)
    elif await trio.to_thread.run_sync(hunt.real.is_dir):
        await _list(program, hunt.real, matcher, names)


def _walk(real: Path, matcher: GlobPattern, names: Shortlist) -> None:
    for batch in batched(walk(real, most_levels=matcher.most_levels), _BATCH):
        names.add(matcher.matching(batch))


async def _list(program: str, real: Path, matcher: GlobPattern, names: Shortlist) -> None:
    arguments = listing_arguments(real, matcher.last_names, most_levels=matcher.most_levels)
    rest = b"\0"

    def take(chunk: bytes) -> None:
        # What follows the last NUL, at the end, is what it complained of.
        nonlocal rest
        whole, end, rest = (rest + chunk).rpartition(b"\0")
        rest = end + rest
        listed = os.fsdecode(whole).split("\0./")[1:]
        names.add(listed if matcher.is_by_last_name else matcher.matching(listed))

    async with (
        entered(real) as cwd,
        open_process([program, *arguments], cwd=cwd, on_output=take) as process,
    ):
        await process.wait()
