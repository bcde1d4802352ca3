"""The one place that guesses what somebody meant who wrote a name that there is not."""

from collections.abc import Iterable

_MOST_CHARS = 80
_LEAST_RATIO = 0.6
"""Of characters in common, by difflib's measure: below it, a guess confuses more than it helps."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the name of *known* that is most like *word*, in any case; None if none is like it."""
    from difflib import get_close_matches  # noqa: PLC0415  # only who errs waits for it

    names = {name.lower(): name for name in known}
    found = get_close_matches(word[:_MOST_CHARS].lower(), names, n=1, cutoff=_LEAST_RATIO)
    return names[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Ask if the nearest of *known* to *word* was meant, as a message's end; "" for none."""
    name = nearest(word, known)
    return "" if name is None else f"; did you mean {name}?"


def nearest_first(word: str, known: Iterable[str]) -> list[str]:
    """Put the names of *known* in order, those first that are most like *word*."""
    from difflib import SequenceMatcher  # noqa: PLC0415  # the same

    def unlikeness(name: str) -> float:
        return -SequenceMatcher(None, word[:_MOST_CHARS], name, autojunk=False).ratio()

    return sorted(known, key=unlikeness)


def is_one_edit(word: str, name: str) -> bool:
    """Tell whether one slip makes *word* of *name*: a letter too many, too few, other, or swapped.

    A name is no slip of itself.
    """
    if word == name or abs(len(word) - len(name)) > 1:
        return False
    same = 0
    while same < min(len(word), len(name)) and word[same] == name[same]:
        same += 1
    ours, theirs = word[same:], name[same:]
    return (
        ours[1:] in {theirs, theirs[1:]}
        or ours == theirs[1:]
        or (ours[:2] == theirs[1::-1] and ours[2:] == theirs[2:])
    )
