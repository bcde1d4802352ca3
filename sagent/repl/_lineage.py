"""Who descends from whom, by the paths of agents."""

import re
from collections.abc import Collection, Iterable
from itertools import accumulate

_NUMBERS = re.compile(r"(\d+)")


def depth_among(path: str, others: Collection[str]) -> int:
    """Tell how many of *others* are above *path*."""
    return sum(one in others for one in _lineage(path)[:-1])


def in_tree_order(paths: Iterable[str]) -> list[str]:
    """Put parents before their children, and siblings by their names, numbers in these by size.

    What stands between two agents does not count.
    """
    chosen = frozenset(paths)

    def place(path: str) -> list[list[tuple[str, int]]]:
        return [_name_key(one) for one in _lineage(path) if one in chosen]

    return sorted(chosen, key=place)


def _name_key(path: str) -> list[tuple[str, int]]:
    name = path.rpartition("/")[2]
    return [("", int(part)) if part.isdecimal() else (part, 0) for part in _NUMBERS.split(name)]


def _lineage(path: str) -> list[str]:
    """Give the paths of all above, and the path itself."""
    return list(accumulate(path.strip("/").split("/"), "{}/{}".format, initial=""))[1:]
