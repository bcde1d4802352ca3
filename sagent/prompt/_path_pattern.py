import fnmatch
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import attrs

_MOST_CHARS = 4096
"""What the variants of a pattern with braces may have together: each character takes 3 us."""
_MOST_PATTERN_CHARS = 1000
"""More than anyone means."""
_ANY_DEPTH = "**"
_BRACES = re.compile(r"\{([^{}]*)\}")


@attrs.frozen(kw_only=True)
class PathPattern:
    r"""A pattern of paths below a directory, as in ``.gitignore``, without ``\`` (gitignore(5)).

    Matching takes time in proportion to the lengths of pattern and path, whatever they hold: a
    project writes the patterns, and must not be able to keep its reader busy.

    Attributes:
        segments: one for each name in the path; None for ``**``, any number of names.
        is_for_directories: whether it ends with ``/``.
        takes_back: whether it begins with ``!``.
    """

    segments: tuple[re.Pattern[str] | None, ...]
    is_for_directories: bool
    takes_back: bool = False

    def matches(self, names: Sequence[str]) -> bool:
        """Tell whether the path of these *names*, or a directory above it, fits."""
        end = len(self.segments)
        reached = self._with_next({0})
        for number, name in enumerate(names, 1):
            reached = self._with_next(set(self._after(name, reached)))
            if end in reached and (number < len(names) or not self.is_for_directories):
                return True
        return False

    def _after(self, name: str, reached: Iterable[int]) -> Iterator[int]:
        for at in reached:
            if at == len(self.segments):
                continue
            segment = self.segments[at]
            if segment is None:
                yield at
            elif segment.match(name):
                yield at + 1

    def _with_next(self, reached: Collection[int]) -> set[int]:
        """Add what is reached besides, since ``**`` may stand for no name at all."""
        all_reached = set(reached)
        for at in sorted(reached):
            last = at
            while last < len(self.segments) and self.segments[last] is None:
                last += 1
                all_reached.add(last)
        return all_reached


def path_patterns(text: str) -> tuple[PathPattern, ...]:
    """Compile *text*, in which ``{a,b}`` may stand; nothing for what is no pattern."""
    text = text.strip()
    if len(text) > _MOST_PATTERN_CHARS:
        return ()
    takes_back = text.startswith("!")
    found = map(_pattern, _variants(text.removeprefix("!")))
    return tuple(
        attrs.evolve(pattern, takes_back=takes_back) for pattern in found if pattern.segments
    )


def _pattern(text: str) -> PathPattern:
    text = text.removeprefix("./")
    names = [name for name in text.split("/") if name]
    if names and "/" not in text.rstrip("/"):
        names.insert(0, _ANY_DEPTH)
    if names and names[-1] == _ANY_DEPTH:
        names.append("*")
    return PathPattern(
        segments=tuple(
            None if name == _ANY_DEPTH else re.compile(_translated(name)) for name in names
        ),
        is_for_directories=text.endswith("/"),
    )


def _translated(name: str) -> str:
    # For each bracket that opens, `fnmatch` looks to the end of the name for one that closes.
    closed = name.rfind("]") + 1
    return fnmatch.translate(name[:closed] + name[closed:].replace("[", "[[]"))


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
