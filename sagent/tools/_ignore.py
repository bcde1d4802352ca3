"""What git would not track: rules of ``.gitignore``, and the folders of version control."""

import os
from itertools import pairwise
from pathlib import Path

import attrs

from sagent._file_rules import FileRules

VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})

_FILE = ".gitignore"
_MOST_BYTES = 128 << 10
"""What is read of it: to compile more would take seconds, and no project has so much."""


@attrs.frozen
class Rules:
    """The rules that hold below one directory: its own, then those of the directories above."""

    directory: str
    own: FileRules
    above: "Rules | None"

    def ignores(self, path: str) -> bool:
        """Tell whether *path* is ignored; a directory's ends with a slash."""
        rules: Rules | None = self
        while rules is not None:
            verdict = rules.own.verdict(path[len(rules.directory) :])
            if verdict is not None:
                return verdict
            rules = rules.above
        return False


def rules_in(directory: str, above: Rules | None) -> Rules | None:
    """Add the rules that *directory* has to those *above* it."""
    prefix = directory.rstrip("/") + "/"
    try:
        with open(prefix + _FILE, "rb", opener=_at_once) as file:
            lines = file.read(_MOST_BYTES).decode(errors="replace").split("\n")
    except OSError:
        return above
    return Rules(prefix, FileRules.of_file(lines), above)


def rules_above(directory: Path) -> Rules | None:
    """Give the rules for *directory* from its repository's root down to its parent.

    Where *directory* is itself ignored they say nothing: who names it means what is in it.
    """
    parents = list(directory.parents)
    root = next((i for i, parent in enumerate(parents) if (parent / ".git").exists()), None)
    if root is None or (directory / ".git").exists():
        return None
    rules: Rules | None = None
    for parent, inner in pairwise([*reversed(parents[: root + 1]), directory]):
        rules = rules_in(str(parent), rules)
        if rules is not None and rules.ignores(f"{inner}/"):
            return None
    return rules


def _at_once(path: str, flags: int) -> int:
    # A named pipe of that name would be waited for.
    return os.open(path, flags | os.O_NONBLOCK)
