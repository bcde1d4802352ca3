import heapq
import math

from sagent.actors._cell import Cell
from sagent.actors._policy import Strategy


class Due:
    """The children that wait for another life, and which of them is the next to begin one.

    A delay is a time at which a child is due and never a sleep, so that the others do not wait for
    it:

        one_for_one     each child begins when it is due
        rest_for_one    and after every child before it that waits too
        one_for_all     when all that wait are due
    """

    __slots__ = ("_last", "_order", "_strategy", "_times")

    def __init__(self, strategy: Strategy) -> None:
        self._strategy: Strategy = strategy
        self._times: dict[Cell, float] = {}
        # Heaps, in which what was put off or taken out stays until it comes up.
        self._order: list[tuple[float, int, float, Cell]] = []
        self._last: list[tuple[float, int, float, Cell]] = []

    def __contains__(self, cell: Cell) -> bool:
        return cell in self._times

    def put(self, cell: Cell, time: float) -> None:
        """Let *cell* be due at the trio time *time*."""
        self._times[cell] = time
        first = time if self._strategy == "one_for_one" else cell.number
        heapq.heappush(self._order, (first, cell.number, time, cell))
        if self._strategy == "one_for_all":
            heapq.heappush(self._last, (-time, cell.number, time, cell))

    def discard(self, cell: Cell) -> bool:
        """Let *cell* wait no more; tell whether it did."""
        return self._times.pop(cell, None) is not None

    def next(self) -> tuple[Cell | None, float]:
        """Give who is next, if anybody waits, and at which trio time."""
        cell, time = self._top(self._order)
        return cell, self._top(self._last)[1] if self._strategy == "one_for_all" else time

    def _top(self, heap: list[tuple[float, int, float, Cell]]) -> tuple[Cell | None, float]:
        while heap:
            _, _, time, cell = heap[0]
            if self._times.get(cell) == time:
                if cell.phase == "waiting":
                    return cell, time
                del self._times[cell]  # stopped by somebody
            heapq.heappop(heap)
        return None, math.inf
