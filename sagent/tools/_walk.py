import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import trio

from sagent.tool import open_exact
from sagent.tools._ignore import VERSION_CONTROL, Rules, rules_above, rules_in

type _Name = tuple[str, bool]
"""What is in a directory: its name, and whether it is a directory."""


@attrs.frozen
class _Folder:
    """A directory on the way: where it is, what is left of it, and the rules in it.

    Its path ends with a slash.
    """

    path: str
    relative: str
    entries: Iterator[_Name]
    rules: Rules | None

    @classmethod
    def at(cls, path: str, relative: str, above: Rules | None) -> "_Folder":
        trio.from_thread.check_cancelled()
        return cls(path, relative, iter(_names_in(path)), rules_in(path, above))


def walk(real: Path, *, most_levels: int | None = None) -> Iterator[str]:
    """Walk the regular files below *real* that git would track, directory by directory, by name.

    Called in a trio thread, where a cancel ends it. Links are not followed, so there is no circle,
    and none leads out; a directory that may not be read is empty. Gives each file's path from
    *real*, parted by slashes.

    Args:
        real: a path without symbolic links.
        most_levels: how deep to go; 1 is what is in *real* itself.
    """
    folders = [_Folder.at(f"{str(real).rstrip('/')}/", "", rules_above(real))]
    while folders:
        folder = folders[-1]
        entry = next(folder.entries, None)
        if entry is None:
            folders.pop()
            continue
        name, is_folder = entry
        relative, rules = folder.relative + name, folder.rules
        if not is_folder:
            if rules is None or not rules.ignores(folder.path + name):
                yield relative
        elif name in VERSION_CONTROL or len(folders) == most_levels:
            continue
        else:
            path = f"{folder.path}{name}/"
            if rules is None or not rules.ignores(path):
                folders.append(_Folder.at(path, f"{relative}/", rules))


def _names_in(path: str) -> list[_Name]:
    try:
        descriptor = open_exact(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return []
    try:
        with os.scandir(descriptor) as found:
            return sorted(
                (entry.name, is_folder)
                for entry in found
                if (is_folder := entry.is_dir(follow_symlinks=False))
                or entry.is_file(follow_symlinks=False)
            )
    except OSError:
        return []
    finally:
        os.close(descriptor)
