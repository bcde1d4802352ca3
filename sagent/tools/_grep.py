import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import trio

from sagent._file_rules import FileRules
from sagent.message import Message, TextMessage
from sagent.process import open_process
from sagent.tool import Effect, Workspace
from sagent.tools import _search
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._entered import entered
from sagent.tools._file_types import globs_of_type
from sagent.tools._found_files import FoundFiles
from sagent.tools._matches import Findings, Matches, Page
from sagent.tools._place import (
    check_regular,
    missing,
    open_regular,
    place_of,
    short,
    shown,
    target_of,
)
from sagent.tools._query import MODES, Query, Seat
from sagent.tools._refusal import Refusal
from sagent.tools._ripgrep import ripgrep, ripgrep_input, search_arguments
from sagent.tools._unsorted_lines import UnsortedLines
from sagent.tools._walk import walk

_DEFAULT_LINES = 250
_PATIENCE_S = 30
"""How long a search may take; some patterns would take for ever."""
_ERROR = 2
"""The least exit code that says that not all was searched."""


class Grep(BuiltinTool):
    """Searches the contents of files: with ripgrep where it is installed, else by itself."""

    card: ClassVar[Card] = Card(
        name="Grep",
        description=(
            "Search file contents by regular expression. Skips binary files and what .gitignore "
            "names. output_mode: files_with_matches (default), content (path:line:text) or count."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "pattern": {"type": "string"},
                "path": {"type": "string", "description": "file or directory; default: here"},
                "glob": {"type": "string", "description": "only these files, e.g. *.{ts,tsx}"},
                "type": {"type": "string", "description": "only this language, e.g. py"},
                "exclude": {"type": "string", "description": "not these files, a glob"},
                "output_mode": {"enum": list(MODES)},
                "-A": {"type": "integer", "minimum": 0, "description": "lines after a match"},
                "-B": {"type": "integer", "minimum": 0, "description": "lines before"},
                "-C": {"type": "integer", "minimum": 0, "description": "both"},
                "context": {"type": "integer", "minimum": 0, "description": "same as -C"},
                "-i": {"type": "boolean", "description": "ignore case"},
                "-n": {"type": "boolean", "description": "line numbers; default true"},
                "multiline": {"type": "boolean", "description": "matches span lines"},
                "pcre": {"type": "boolean", "description": "look-around, backreferences"},
                "keep_first": {
                    "type": "integer",
                    "minimum": 0,
                    "description": f"lines to show; default {_DEFAULT_LINES}, 0: all",
                },
                "keep_last": {"type": "integer", "minimum": 0},
                "offset": {"type": "integer", "minimum": 0, "description": "lines to skip"},
            },
            "required": ["pattern"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS}),
        concurrency="shared",
        subjects=("pattern",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("path", "."))
        seat = await trio.to_thread.run_sync(_seat, workspace, path)
        query = Query.of(arguments, seat)
        page = Page(
            mode=query.mode,
            numbered=arguments.flag("-n", default=True),
            offset=arguments.count("offset", 0),
            keep_first=arguments.count("keep_first", _DEFAULT_LINES),
            keep_last=arguments.optional_count("keep_last") or None,
        )
        root = short(seat.path, workspace)
        root = "" if root == "." else f"{root.rstrip('/')}/"
        only = short(path, workspace) if seat.name else ""
        kind = Matches if query.mode == "content" else FoundFiles
        found = kind(page, root, only)
        command, stdin = await trio.to_thread.run_sync(_command, query)
        async with entered(seat.real) as cwd:
            at_once = None
            if query.mode == "content" and not seat.name and (program := ripgrep()):
                at_once = await _found_at_once(program, query, cwd)
            if at_once is None:
                end = await _search_with(command, found, cwd, stdin)
            else:
                lines, end = at_once
                found.feed(lines)
        return TextMessage(found.text() + _note(end, found, query))


def _seat(workspace: Workspace, path: Path) -> Seat:
    target = target_of(workspace, path)
    try:
        status = target.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(path) from error
    if stat.S_ISDIR(status.st_mode):
        return Seat(path, target, "")
    check_regular(path, status)
    # A search says nothing of a file that it cannot open, or that is binary.
    with open_regular(workspace, path) as (file, _):
        if _search.is_binary(file.read(_search.PROBE_BYTES) or b""):
            raise Refusal(f"{shown(path)} is a binary file: search it with a program, through Bash")
    return Seat(path.parent, target.parent, target.name)


def _command(query: Query) -> tuple[list[str], bytes]:
    program = ripgrep()
    if program is not None:
        return [program, *search_arguments(query)], ripgrep_input(query.rules)
    request = _search.Request(
        pattern=query.pattern,
        ignore_case=query.ignore_case,
        multiline=query.multiline,
        mode=query.mode,
        before=query.before,
        after=query.after,
        root=str(query.seat.real),
        files=[query.seat.name] if query.seat.name else list(_files(query)),
    )
    command = [sys.executable, "-I", "-S", "-W", "ignore", _search.__file__]
    return command, json.dumps(request).encode()


def _files(query: Query) -> Iterator[str]:
    left_out = FileRules.of(query.rules)
    typed = FileRules.of(globs_of_type(query.type)) if query.type else None
    for name in walk(query.seat.real):
        of_type = typed is None or typed.verdict(name.rpartition("/")[2])
        if of_type and not left_out.leave_out(name):
            yield name


async def _found_at_once(program: str, query: Query, cwd: Path) -> tuple[bytes, int] | None:
    """Search by all processors, and give the lines in order with the exit code.

    In order, ripgrep searches with one processor alone. None if there are too many lines to wait
    for them all, or if they do not tell a match each.
    """
    if query.before or query.after or query.multiline:
        return None
    lines = UnsortedLines()
    command = [program, *search_arguments(query, order="any")]
    end = await _search_with(command, lines, cwd, ripgrep_input(query.rules))
    if lines.is_full or end not in {0, 1} or not lines.are_matches:
        return None
    return lines.in_order(), end


async def _search_with(
    command: list[str], found: Findings | UnsortedLines, cwd: Path, stdin: bytes
) -> int | None:
    """Search, and give the exit code; 0 when enough was found, None when it took too long."""
    enough = trio.Event()

    def take(chunk: bytes) -> None:
        found.feed(chunk)
        if found.is_full:
            enough.set()

    with trio.move_on_after(_PATIENCE_S) as patience:
        async with (
            open_process(command, cwd=cwd, stdin=stdin, on_output=take) as process,
            trio.open_nursery() as nursery,
        ):

            async def stop_early() -> None:
                await enough.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(stop_early)
            await process.wait()
            nursery.cancel_scope.cancel()
        return 0 if enough.is_set() else process.exit_code
    assert patience.cancelled_caught
    return None


def _note(exit_code: int | None, found: Findings, query: Query) -> str:
    """Say what is to be known beside what was found; mostly nothing.

    Raises:
        Refusal: nothing was found, and that says nothing of what is there.
    """
    if exit_code is None:
        problem = (
            f"the search was stopped after {_PATIENCE_S} s: "
            "simplify the pattern, or search in less (path, glob)"
        )
    elif found.message and exit_code:
        problem = f"the search failed: {_reason(found.message)}"
    elif exit_code < _ERROR:
        return ""
    elif query.pcre:
        problem = "the pattern takes too long for some of the text: simplify it, or leave out pcre"
    else:
        return "\n[Some files could not be read, and were not searched]"
    if not found.found:
        raise Refusal(problem)
    return f"\n[{problem}]"


def _reason(message: str) -> str:
    """Say in one line what the search complains of, and what to do."""
    first, needs_pcre, _ = message.partition("Consider enabling PCRE2")
    reason = " ".join(first.rpartition("error: ")[2].split())
    if needs_pcre:
        return f"{reason}: set pcre"
    return f"{reason}: correct the pattern" if "regex" in message or "PCRE2" in message else reason
