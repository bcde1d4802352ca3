import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import trio

from sagent.tools._ignore import VERSION_CONTROL, Rules, rules_above, rules_in
from sagent.tools._place import target_of


@attrs.frozen
class Entry:
    """A file that a walk found."""

    path: Path
    relative: str
    """The path from where the walk began, parted by slashes."""
    is_link: bool


@attrs.frozen
class _Folder:
    """A directory on the way: where it is, what is left of it, and the rules in it."""

    path: str
    relative: str
    entries: Iterator[os.DirEntry[str]]
    rules: Rules | None

    @classmethod
    def at(cls, path: str, relative: str, above: Rules | None) -> "_Folder":
        trio.from_thread.check_cancelled()
        try:
            with os.scandir(path) as found:
                entries = sorted(found, key=_name)
        except OSError:
            entries = []
        return cls(path, relative, iter(entries), rules_in(path, above))


def walk(start: Path, *, most_levels: int | None = None) -> Iterator[Entry]:
    """Walk the files below *start* that git would track, directory by directory, by name.

    Called in a trio thread, where a cancel ends it. Links are given and not followed, so there
    is no circle; a directory that may not be read is empty.
    """
    real = target_of(start)
    folders = [_Folder.at(str(real), "", rules_above(real))]
    while folders:
        folder = folders[-1]
        entry = next(folder.entries, None)
        if entry is None:
            folders.pop()
            continue
        relative = folder.relative + entry.name
        rules = folder.rules
        if not entry.is_dir(follow_symlinks=False):
            if rules is None or not rules.ignores(entry.path):
                yield Entry(start / relative, relative, entry.is_symlink())
        elif entry.name in VERSION_CONTROL or len(folders) == most_levels:
            continue
        elif rules is None or not rules.ignores(f"{entry.path}/"):
            folders.append(_Folder.at(entry.path, f"{relative}/", rules))


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
