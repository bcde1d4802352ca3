import heapq
import os
import time
from collections.abc import Iterable, Iterator
from typing import ClassVar

import attrs
import trio

from sagent.message import Message, TextMessage
from sagent.tool import Effect, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._place import open_folder, place_of, shown

_DEFAULT_RESULTS = 500


class List(BuiltinTool):
    """Lists a directory."""

    card: ClassVar[Card] = Card(
        name="List",
        description="List a directory's names, sorted; directories end with /.",
        directive_schema={
            "type": "object",
            "properties": {
                "path": {"type": "string"},
                "show_hidden": {"type": "boolean"},
                "long": {"type": "boolean", "description": "with size and time (UTC)"},
                "max_results": {"type": "integer", "minimum": 1},
            },
            "required": ["path"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS}),
        concurrency="shared",
        subjects=("path",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("path"))
        most = arguments.count("max_results", _DEFAULT_RESULTS, least=1)
        hidden = arguments.flag("show_hidden")
        show = _long if arguments.flag("long") else _plain

        def look() -> str:
            with open_folder(workspace, path) as folder, os.scandir(folder.descriptor) as found:
                entries = _Entries(entry for entry in found if hidden or entry.name[0] != ".")
                lines = [show(entry) for entry in heapq.nsmallest(most, entries, key=_name)]
            if entries.total > len(lines):
                lines.append(f"... ({entries.total - len(lines)} more; raise max_results)")
            return "\n".join(lines) or "(empty)"

        return TextMessage(await trio.to_thread.run_sync(look))


@attrs.define
class _Entries:
    """What is in a directory, of which not all is held, counted as it passes; a cancel ends it."""

    _found: Iterable[os.DirEntry[str]]
    total: int = attrs.field(default=0, init=False)

    def __iter__(self) -> Iterator[os.DirEntry[str]]:
        for entry in self._found:
            trio.from_thread.check_cancelled()
            self.total += 1
            yield entry


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _plain(entry: os.DirEntry[str]) -> str:
    # A link to a directory counts as one; a link to nothing is no directory.
    return shown(entry.name) + ("/" if entry.is_dir() else "")


def _long(entry: os.DirEntry[str]) -> str:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:  # it went away meanwhile
        return f"{error.strerror:>29} {_plain(entry)}"
    moment = time.strftime("%Y-%m-%d %H:%M", time.gmtime(status.st_mtime))
    return f"{status.st_size:>12} {moment} {_plain(entry)}"
