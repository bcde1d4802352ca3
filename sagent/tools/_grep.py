import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pathspec
import trio

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
from sagent.tools._place import check_regular, missing, place_of, short, target_of
from sagent.tools._query import MODES, Query, Seat
from sagent.tools._refusal import Refusal
from sagent.tools._ripgrep import ripgrep, ripgrep_input, search_arguments
from sagent.tools._walk import walk

_DEFAULT_LINES = 250
_ERROR = 2
"""The least exit code that says the search could not be made."""


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
        found = Matches(page, root) if query.mode == "content" else FoundFiles(page, root)
        command, stdin = await trio.to_thread.run_sync(_command, query)
        async with entered(seat.real) as cwd:
            await _search_with(command, found, cwd, stdin)
        return TextMessage(found.text())


def _seat(workspace: Workspace, path: Path) -> Seat:
    target = target_of(workspace, path)
    try:
        status = target.lstat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise missing(path) from error
    if stat.S_ISDIR(status.st_mode):
        return Seat(path, target, "")
    check_regular(path, status)
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
    left_out = pathspec.GitIgnoreSpec.from_lines(query.rules) if query.rules else None
    typed = pathspec.GitIgnoreSpec.from_lines(globs_of_type(query.type)) if query.type else None
    for entry in walk(query.seat.real):
        name = entry.relative
        if (
            not entry.is_link
            and (typed is None or typed.match_file(name.rpartition("/")[2]))
            and (left_out is None or not left_out.match_file(name))
        ):
            yield name


async def _search_with(command: list[str], found: Findings, cwd: Path, stdin: bytes) -> None:
    enough = trio.Event()

    def take(chunk: bytes) -> None:
        found.feed(chunk)
        if found.is_full:
            enough.set()

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
    failed = (process.exit_code or 0) >= _ERROR or (process.exit_code and found.message)
    if failed and not enough.is_set() and not found.found:
        raise Refusal(f"the search failed: {found.message or process.exit_code}")
