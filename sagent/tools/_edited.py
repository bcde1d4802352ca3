"""Text of a file replaced, once or several times, in one write."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import trio

from sagent.message import Descriptor, Message, MultipartMessage, TextMessage
from sagent.tool import Workspace
from sagent.tools._atomic_write import write_atomically
from sagent.tools._diff import unified_diff
from sagent.tools._known_file import check_same, check_unchanged, parted_names
from sagent.tools._line_ends import Span, applied
from sagent.tools._pieces import together
from sagent.tools._place import check_regular, missing, short, shown, unreadable
from sagent.tools._refusal import Refusal
from sagent.tools._slot import Slot, open_slot
from sagent.tools._text_file import TextFile

_MOST_BYTES = 64 << 20

type Find = Callable[[str, Path], Sequence[Span]]
"""Finds where a text, which is the file at a path, changes; raises `Refusal`."""


@attrs.frozen
class Edited:
    """What became of a file.

    Attributes:
        path: the file, as it was named.
        counts: how many places each change has replaced.
        diff: the whole difference, bounded.
        note: what else is to be known.
    """

    path: Path
    counts: Sequence[int]
    diff: str
    note: str

    def message(self) -> Message:
        """Tell the model, with the diff for people."""
        count = " + ".join(map(str, self.counts))
        return MultipartMessage(
            (
                TextMessage(f"Replaced {count} occurrence(s) in {shown(self.path)}{self.note}"),
                TextMessage(self.diff, Descriptor.DIFF),
            ),
            Descriptor.TOOL_RESULT,
        )


def edit_file(path: Path, changes: Sequence[Find], workspace: Workspace) -> Edited:
    """Make *changes* to the file at *path*, each to what the one before it gives, or none of them.

    Called in a trio thread.

    Raises:
        Refusal: one of them cannot be made, or the file cannot be written.
    """
    with open_slot(workspace, path) as slot:
        if slot.status() is None:
            raise missing(path)
        status, file = _read(slot, workspace)
        text, steps = file.text, list[Sequence[Span]]()
        for find in changes:
            trio.from_thread.check_cancelled()
            steps.append(find(text, path))
            text = applied(text, steps[-1])
        content = file.encoded(text)
        stamp = write_atomically(
            slot,
            content,
            like=status,
            check=lambda: check_same(path, status, slot.status()),
        )
    if workspace.last_seen(slot.path) is not None:
        workspace.saw(slot.path, stamp, content)
    diff = unified_diff(file.text, together(file.text, steps), short(path, workspace))
    return Edited(path, [*map(len, steps)], diff, parted_names(status))


def _read(slot: Slot, workspace: Workspace) -> tuple[os.stat_result, TextFile]:
    try:
        with slot.open() as source:
            status = os.fstat(source.fileno())
            check_regular(slot.path, status)
            check_unchanged(workspace, slot.path, status)
            if status.st_size > _MOST_BYTES:
                size = f"larger than {_MOST_BYTES >> 20} MiB"
                raise Refusal(f"{shown(slot.path)} is {size}: use sed in Bash")
            return status, TextFile.of(slot.path, source.read() or b"")
    except OSError as error:
        raise unreadable(slot.path, error) from error
