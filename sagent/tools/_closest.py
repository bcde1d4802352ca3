from collections.abc import Iterable
from difflib import SequenceMatcher

_LEAST_RATIO = 0.6
"""Of characters in common: as `difflib.get_close_matches` has it."""
_MOST_COMPARED = 200


def closest(wanted: str, texts: Iterable[str], *, most: int) -> list[str]:
    """Give the *texts* that are most like *wanted*, the likest first, *most* of them at most.

    Where thousands are much alike, as the lines of a table are, only the likeliest are compared.
    """
    matcher = SequenceMatcher()
    matcher.set_seq2(wanted)
    likely: list[tuple[float, str]] = []
    for text in texts:
        matcher.set_seq1(text)
        if matcher.real_quick_ratio() >= _LEAST_RATIO:
            likely.append((matcher.quick_ratio(), text))
    likely.sort(key=_ratio, reverse=True)
    found: list[tuple[float, str]] = []
    for bound, text in likely[:_MOST_COMPARED]:
        # None is more alike than its bound says.
        if bound < _LEAST_RATIO or (len(found) == most and bound <= found[-1][0]):
            break
        matcher.set_seq1(text)
        if (ratio := matcher.ratio()) >= _LEAST_RATIO:
            found = sorted([*found, (ratio, text)], key=_ratio, reverse=True)[:most]
    return [text for _, text in found]


def _ratio(likeness: tuple[float, str]) -> float:
    return likeness[0]
