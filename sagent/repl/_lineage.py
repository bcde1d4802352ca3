"""Who descends from whom, by the paths of agents."""

from collections.abc import Collection, Iterable, Mapping
from itertools import accumulate


def depth_among(path: str, others: Collection[str]) -> int:
    """Tell how many of *others* are above *path*."""
    return sum(one in others for one in _lineage(path)[:-1])


def in_tree_order(paths: Iterable[str], births: Mapping[str, int]) -> list[str]:
    """Put parents before their children, and siblings in the order of their *births*.

    Whoever has no birth is the youngest; what stands between two agents does not count.
    """
    chosen = tuple(paths)
    known = {*chosen, *births}

    def place(path: str) -> tuple[tuple[int, str], ...]:
        line = (one for one in _lineage(path) if one in known)
        return tuple((births.get(one, len(births)), one) for one in line)

    return sorted(chosen, key=place)


def _lineage(path: str) -> list[str]:
    """Give the paths of all above, and the path itself."""
    return list(accumulate(path.strip("/").split("/"), "{}/{}".format, initial=""))[1:]
