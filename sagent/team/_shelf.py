"""Where outcomes lie until they are read; it waits for nothing."""

from collections import deque
from collections.abc import Iterator
from typing import Literal, Protocol

import attrs

type Order = Literal["completed", "given"]
"""How outcomes are read: as they come, or in the order of their items."""


class Placed(Protocol):
    """What has a place in an order."""

    @property
    def index(self) -> int:
        """The place, from 0."""
        ...


class Shelf[P: Placed](Protocol):
    """Outcomes that nobody has read yet."""

    def __len__(self) -> int:
        """Tell how many there are."""
        ...

    def __iter__(self) -> Iterator[P]:
        """Look at all of them, in the order of reading, gaps or not."""
        ...

    def put(self, outcome: P) -> None:
        """Take one in."""
        ...

    def take(self) -> P | None:
        """Give the next; None if it is not there yet."""
        ...


@attrs.define(eq=False)
class Queue[P: Placed]:
    """Gives outcomes as they have come."""

    _outcomes: deque[P] = attrs.field(factory=deque[P], init=False)

    def __len__(self) -> int:
        return len(self._outcomes)

    def __iter__(self) -> Iterator[P]:
        return iter(tuple(self._outcomes))

    def put(self, outcome: P) -> None:
        """Take one in."""
        self._outcomes.append(outcome)

    def take(self) -> P | None:
        """Give the oldest; None if there is none."""
        return self._outcomes.popleft() if self._outcomes else None


@attrs.define(eq=False)
class Sequenced[P: Placed]:
    """Gives outcomes by their places, each when those before it were given."""

    _outcomes: dict[int, P] = attrs.field(factory=dict[int, P], init=False)
    _next: int = attrs.field(default=0, init=False)

    def __len__(self) -> int:
        return len(self._outcomes)

    def __iter__(self) -> Iterator[P]:
        return iter([self._outcomes[index] for index in sorted(self._outcomes)])

    def put(self, outcome: P) -> None:
        """Take one in, or back."""
        self._outcomes[outcome.index] = outcome
        self._next = min(self._next, outcome.index)

    def take(self) -> P | None:
        """Give the next in order; None if it is not there yet."""
        outcome = self._outcomes.pop(self._next, None)
        self._next += outcome is not None
        return outcome
