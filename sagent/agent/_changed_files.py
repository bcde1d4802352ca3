"""What an agent is told of files that it has seen and that others have changed since."""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import trio

from sagent.message import Message, MultipartMessage, get_tool_name, note_message
from sagent.tool import FileStamp, Workspace, open_exact

_OWN_TOOLS = frozenset({"Write", "Edit", "MultiEdit"})
"""They say themselves what they change."""
_MOST_FILES = 20
_MOST_LINES = 60
_MOST_BYTES = 256 << 10
_MOST_COMPARED_LINES = 5_000
"""To compare takes quadratic time at worst: half a second for so many."""
_HEAD = "[Files are no longer as you saw them:]"
_AGAIN = "read it again before you rely on it"


@attrs.define(eq=False)
class ChangedFiles:
    """Looks after the files that the agent has seen, and tells each change once."""

    _workspace: Workspace
    _told: dict[Path, FileStamp | None]
    """How files were when their change was told; whoever goes on with the history shares this."""
    _commands_ran: bool = attrs.field(default=False, init=False)

    @property
    def any(self) -> bool:
        """Whether the agent has seen any files, so that there is something to look after."""
        return bool(self._workspace.seen)

    def note_call(self, call: MultipartMessage) -> None:
        """Know that *call* may change files, before it does."""
        if get_tool_name(call) not in _OWN_TOOLS:
            self._commands_ran = True

    async def news(self) -> tuple[Message, ...]:
        """Tell which files have changed, with one look at each; nothing if none has."""
        changes = await trio.to_thread.run_sync(self._changes)
        self._commands_ran = False
        return (note_message("\n\n".join([_HEAD, *changes])),) if changes else ()

    def _changes(self) -> list[str]:
        """Word the changes that were not told yet, and say how many are too many; in a thread."""
        fresh = list(self._fresh())
        worded = [self._worded(path, now) for path, now in fresh[:_MOST_FILES]]
        more = len(fresh) - len(worded)
        return [*worded, f"... and {more} more files"] if more else worded

    def _fresh(self) -> Iterator[tuple[Path, FileStamp | None]]:
        for path, seen in tuple(self._workspace.seen.items()):
            try:
                now = FileStamp.of(path.lstat())
            except (FileNotFoundError, NotADirectoryError):
                now = None
            except OSError:
                continue
            if now == seen:
                self._told.pop(path, None)
            elif path not in self._told or self._told[path] != now:
                self._told[path] = now
                yield path, now

    def _worded(self, path: Path, now: FileStamp | None) -> str:
        cwd = self._workspace.cwd
        name = str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)
        name = name.encode(errors="replace").decode()
        name = name if name.isprintable() else ascii(name)
        if now is None:
            return f"{name} is gone"
        if self._commands_ran:
            return f"{name} has changed while your tools ran: {_AGAIN}"
        diff = self._diff(path)
        if not diff:
            return f"{name} has changed since you saw it: {_AGAIN}"
        return f"{name} has changed since you saw it:\n{diff}"

    def _diff(self, path: Path) -> str:
        """Show the difference to what was seen; "" where that is not kept, or it is too much."""
        old, new = self._workspace.seen_content(path), _content(path)
        if old is None or new is None or b"\0" in old + new:
            return ""
        before, after = (content.decode(errors="replace").splitlines() for content in (old, new))
        if max(len(before), len(after)) > _MOST_COMPARED_LINES:
            return ""
        lines = list(difflib.unified_diff(before, after, lineterm="", n=1))[2:]
        return "\n".join(lines) if len(lines) <= _MOST_LINES else ""


def _content(path: Path) -> bytes | None:
    try:
        # What it was seen as had no links in it; one that is there now may lead anywhere.
        descriptor = open_exact(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        with open(descriptor, "rb") as file:  # noqa: PTH123  # a descriptor is no path
            content = file.read(_MOST_BYTES + 1)
    except OSError:
        return None
    return content if len(content) <= _MOST_BYTES else None
