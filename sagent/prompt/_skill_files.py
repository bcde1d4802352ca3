import os
from collections import deque
from itertools import islice
from pathlib import Path

import attrs

from sagent.prompt._text_file import shown

MOST_FILES = 50
_MOST_FOLDERS = 100
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
    """List *most* files in *folder* and below it, but for ``SKILL.md`` and what is hidden.

    Links to folders are not followed. Blocks; never raises OSError.
    """
    names: list[str] = []
    waiting = deque([folder])
    looked_into = 0
    while waiting and len(names) <= most and looked_into < _MOST_FOLDERS:
        place = waiting.popleft()
        looked_into += 1
        for name, is_folder in _entries(place):
            if is_folder:
                waiting.append(place / name)
            else:
                names.append(shown((place / name).relative_to(folder)))
    return SkillFiles(tuple(names[:most]), has_more=bool(waiting) or len(names) > most)


def _entries(place: Path) -> list[tuple[str, bool]]:
    """Give the names in *place*, sorted, and whether each is a folder."""
    try:
        with os.scandir(place) as entries:
            return sorted(
                (entry.name, entry.is_dir(follow_symlinks=False))
                for entry in islice(entries, _MOST_ENTRIES)
                if entry.name not in _PASSED_OVER and not entry.name.startswith(".")
            )
    except OSError:
        return []
