"""What git would not track: rules of ``.gitignore``, and the folders of version control."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import attrs

from sagent.tools._file_rules import file_rules

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec, Pattern

VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})

_FILE = ".gitignore"
_MOST_BYTES = 1 << 20


@attrs.frozen
class Rules:
    """The rules that hold below one directory: its own, then those of the directories above."""

    directory: str
    spec: "GitIgnoreSpec"
    above: "Rules | None"
    _any: re.Pattern[str] = attrs.field(
        init=False, default=attrs.Factory(lambda rules: _any_of(rules.spec), takes_self=True)
    )

    def ignores(self, path: str) -> bool:
        """Tell whether *path* is ignored; a directory's ends with a slash."""
        rules: Rules | None = self
        while rules is not None:
            relative = path[len(rules.directory) :]
            # Most files match none, and one search tells.
            if rules._any.match(relative):  # noqa: SLF001  # of its own class
                verdict = rules.spec.check_file(relative).include
                if verdict is not None:
                    return verdict
            rules = rules.above
        return False


def _any_of(spec: "GitIgnoreSpec") -> re.Pattern[str]:
    patterns = cast("Sequence[Pattern]", spec.patterns)  # of any kind, says the library
    regexes = (cast("re.Pattern[str] | None", getattr(each, "regex", None)) for each in patterns)
    # Groups of one name may not stand twice in a pattern, and these need none.
    unnamed = (regex.pattern.replace("(?P<ps_d>", "(?:") for regex in regexes if regex)
    return re.compile("|".join(unnamed) or "(?!)")


def rules_in(directory: str, above: Rules | None) -> Rules | None:
    """Add the rules that *directory* has to those *above* it."""
    prefix = directory.rstrip("/") + "/"
    try:
        with open(prefix + _FILE, "rb", opener=_at_once) as file:
            lines = file.read(_MOST_BYTES).decode(errors="replace").split("\n")
    except OSError:
        return above
    try:
        spec = file_rules(lines)
    except ValueError:
        spec = file_rules(line for line in lines if _is_rule(line))
    return Rules(prefix, spec, above)


def rules_above(directory: Path) -> Rules | None:
    """Give the rules for *directory* from its repository's root down to its parent.

    Where *directory* is itself ignored they say nothing: who names it means what is in it.
    """
    parents = list(directory.parents)
    root = next((i for i, parent in enumerate(parents) if (parent / ".git").exists()), None)
    if root is None or (directory / ".git").exists():
        return None
    rules: Rules | None = None
    for parent in reversed(parents[: root + 1]):
        rules = rules_in(str(parent), rules)
    return None if rules is not None and rules.ignores(f"{directory}/") else rules


def _at_once(path: str, flags: int) -> int:
    # A named pipe of that name would be waited for.
    return os.open(path, flags | os.O_NONBLOCK)


def _is_rule(line: str) -> bool:
    # A line that is no pattern counts as none, as for git.
    try:
        file_rules([line])
    except ValueError:
        return False
    return True
