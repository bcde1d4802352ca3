"""Files that may be changed: the agent must know what it replaces."""

import os
from pathlib import Path

from sagent.tool import FileStamp, Workspace
from sagent.tools._place import check_regular, shown
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


def status_of(path: Path) -> os.stat_result | None:
    """Give the state of the file to be changed, or None if there is none.

    Raises:
        Refusal: there is something, but no regular file that may be written.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise Refusal(f"{shown(path)}: a part of its path is a file, not a directory") from error
    check_regular(path, status)
    if not os.access(path, os.W_OK):
        raise Refusal(f"{shown(path)} is read-only: change its mode first, if that is meant")
    return status
