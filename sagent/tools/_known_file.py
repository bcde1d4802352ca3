"""Files that may be changed: the agent must know what it replaces."""

import os
from pathlib import Path

from sagent.tool import FileStamp, Workspace
from sagent.tools._place import shown
from sagent.tools._refusal import Refusal


def check_unchanged(workspace: Workspace, path: Path, status: os.stat_result) -> None:
    """Refuse a file that is no longer as the agent saw it; one it never saw passes.

    Raises:
        Refusal: it changed.
    """
    seen = workspace.last_seen(path)
    if seen is not None and seen != FileStamp.of(status):
        raise Refusal(f"{shown(path)} has been modified since it was read: read it again")


def check_seen(workspace: Workspace, path: Path, status: os.stat_result) -> None:
    """Refuse a file that the agent never saw, or that is no longer as it saw it.

    Raises:
        Refusal: what it holds would be lost unread.
    """
    if workspace.last_seen(path) is None:
        raise Refusal(f"File not yet read: {shown(path)}. Read it first, then write it")
    check_unchanged(workspace, path, status)


def check_same(path: Path, before: os.stat_result, now: os.stat_result | None) -> None:
    """Refuse a file that is not, or not as it was *before*, while it is being changed.

    Raises:
        Refusal: it changed.
    """
    if now is None or _state(now) != _state(before):
        raise Refusal(f"{shown(path)} has been modified meanwhile: read it again")


def parted_names(status: os.stat_result | None) -> str:
    """Say what becomes of the other names of a file that is replaced; "" for one without."""
    if status is None or status.st_nlink == 1:
        return ""
    others = status.st_nlink - 1
    return f"\n[Its {others} other names (hard links) keep the old content, in a file of their own]"


def _state(status: os.stat_result) -> tuple[int, ...]:
    # Two changes within one tick of the clock have one time, but not one inode and change time.
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
