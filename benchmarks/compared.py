"""The same work by several, ours beside others'."""

from collections.abc import Mapping, Sequence
from functools import partial

import attrs

from benchmarks.row import Reading, Row, Target, Unit


@attrs.frozen(kw_only=True)
class Compared:
    """What each took, or how much each did, in one run on one machine.

    Attributes:
        what: the work.
        unit: that of the values.
        values: by whose they are, ours first.
        reading: how two of them are held against each other.
        target: what our ratio to each of the others should come to.
    """

    what: str
    unit: Unit
    values: Mapping[str, float]
    reading: Reading = Reading.COST
    target: Target | None = None

    def rows(self) -> list[Row]:
        """Hold ours against each of the others."""
        (_, ours), *others = self.values.items()
        row = partial(Row, ours=ours, unit=self.unit, reading=self.reading, target=self.target)
        return [row(what=f"{self.what} / {name}", anchor=value) for name, value in others]


HEAD = "what"


def table(compared: Sequence[Compared]) -> list[tuple[str, ...]]:
    """Make a table with a column for each of all; its first line is its head."""
    names = list(dict.fromkeys(name for one in compared for name in one.values))
    return [
        (HEAD, *names),
        *(
            (
                one.what,
                *(one.unit.show(one.values[name]) if name in one.values else "" for name in names),
            )
            for one in compared
        ),
    ]
