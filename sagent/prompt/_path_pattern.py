import re
from collections.abc import Sequence

import attrs

from sagent._file_rules import FileRules

_MOST_CHARS = 4096
"""What the variants of a pattern with braces may have together."""
_MOST_PATTERN_CHARS = 1000
"""More than anyone means."""
_BRACES = re.compile(r"\{([^{}]*)\}")


@attrs.frozen
class PathPattern:
    r"""A pattern of paths below a directory, as in ``.gitignore``, without ``\`` (gitignore(5)).

    Attributes:
        takes_back: whether it begins with ``!``.
    """

    _rules: FileRules
    takes_back: bool = False

    def matches(self, names: Sequence[str]) -> bool:
        """Tell whether the path of these *names*, or a directory above it, fits."""
        return self._rules.leave_out("/".join(names))


def path_patterns(text: str) -> tuple[PathPattern, ...]:
    """Compile *text*, in which ``{a,b}`` may stand; nothing for what is no pattern."""
    text = text.strip()
    if len(text) > _MOST_PATTERN_CHARS:
        return ()
    takes_back = text.startswith("!")
    rules = map(_rules, _variants(text.removeprefix("!")))
    return tuple(PathPattern(each, takes_back) for each in rules if each)


def _rules(variant: str) -> FileRules | None:
    line = "/".join(map(_escaped, variant.removeprefix("./").split("/")))
    line = f"\\{line}" if line.startswith(("#", "!")) else line
    try:
        return FileRules.of([line]) if line.strip("/") else None
    except ValueError:
        return None


def _escaped(name: str) -> str:
    """Write what has no meaning in a pattern as a ``.gitignore`` has it: a bracket left open."""
    name = name.replace("\\", r"\\")
    closed = name.rfind("]") + 1
    return name[:closed] + name[closed:].replace("[", r"\[")


def _variants(text: str) -> list[str]:
    """Write out the braces; those that stand for too much are taken as they are."""
    done: list[str] = []
    waiting = [text]
    room = _MOST_CHARS
    while waiting:
        variant = waiting.pop()
        braces = _BRACES.search(variant)
        cost = _cost(variant, braces) if braces else 0
        if not braces or cost > room:
            done.append(variant)
            continue
        room -= cost
        before, after = variant[: braces.start()], variant[braces.end() :]
        waiting += [f"{before}{choice.strip()}{after}" for choice in braces[1].split(",")]
    return done


def _cost(variant: str, braces: re.Match[str]) -> int:
    """Tell how many characters the variants have that *braces* stand for, ends counted."""
    choices = braces[1].count(",") + 1
    return choices * (len(variant) - len(braces[0]) + 1) + len(braces[1])
