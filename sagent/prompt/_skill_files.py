import os
from collections import deque
from itertools import islice
from pathlib import Path

import attrs

from sagent.prompt._text_file import shown

MOST_FILES = 50
_MOST_LEVELS = 5
_MOST_ENTRIES = 1000
"""Of one folder: what has more is no folder of a skill's own files."""
_PASSED_OVER = frozenset({"SKILL.md", "__pycache__", "node_modules"})


@attrs.frozen
class SkillFiles:
    """The files that a skill brings along.

    Attributes:
        names: relative to its folder, those in the folder itself first.
        has_more: whether some are left out.
    """

    names: tuple[str, ...] = ()
    has_more: bool = False


def list_skill_files(folder: Path, *, most: int = MOST_FILES) -> SkillFiles:
    """List the files in *folder* and below it, but for ``SKILL.md`` and what is hidden.

    Links to folders are not followed. Blocks; never raises OSError.
    """
    names: list[str] = []
    waiting = deque([(folder, 1)])
    while waiting:
        place, level = waiting.popleft()
        for entry in _entries(place):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if level < _MOST_LEVELS:
                    waiting.append((path, level + 1))
            elif len(names) == most:
                return SkillFiles(tuple(names), has_more=True)
            else:
                names.append(shown(path.relative_to(folder)))
    return SkillFiles(tuple(names))


def _entries(place: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(place) as entries:
            first = list(islice(entries, _MOST_ENTRIES))
    except OSError:
        return []
    kept = (entry for entry in first if entry.name not in _PASSED_OVER and entry.name[0] != ".")
    return sorted(kept, key=lambda entry: entry.name)
