import heapq
from collections.abc import Callable
from itertools import count

import trio


class Line:
    """Lets so many go at a time, those who came first before the others.

    Attributes:
        limit: how many may go at a time; where more are going, none is let in until fewer are.
        going: how many are.
    """

    def __init__(
        self, limit: int, may_go: Callable[[], bool], goes: Callable[["Turn"], object]
    ) -> None:
        self.limit = limit
        self.going = 0
        self._may_go = may_go
        self._goes = goes
        self._places = count()
        self._waiting: dict[int, Turn] = {}
        # A heap of their places, and of some that were left: to look for those would take long.
        self._order: list[int] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self) -> "Turn":
        """Give a place at the end of the line; whoever has it leaves it at last."""
        return Turn(self, next(self._places))

    def add(self, place: int, turn: "Turn") -> None:
        """Let *turn* wait at *place*."""
        self._waiting[place] = turn
        heapq.heappush(self._order, place)

    def remove(self, place: int) -> None:
        """Let whoever waits at *place* wait no more."""
        del self._waiting[place]
        if len(self._order) > 2 * len(self._waiting):
            self._order = sorted(self._waiting)

    def let_in(self) -> None:
        """Let in as many as may go; to be called when that may be more than before."""
        while self._waiting and self.going < self.limit and self._may_go():
            turn = self._waiting.pop(heapq.heappop(self._order), None)
            if turn is None:
                continue
            self.going += 1
            self._goes(turn)
            turn.let_in()

    def stir(self) -> None:
        """Let all who wait look again at how long that may take."""
        for turn in self._waiting.values():
            turn.stir()


class Turn:
    """A place in the line, which stays the same however often its owner leaves and comes back.

    Attributes:
        going: whether it was let in, and has not left since.
        probe: what the breaker gave it when it was let in.
    """

    __slots__ = ("_line", "_place", "_stirred", "_waiting", "going", "probe")

    def __init__(self, line: Line, place: int) -> None:
        self.going = False
        self.probe: object = None
        self._line = line
        self._place = place
        self._waiting = False
        self._stirred: trio.Event | None = None
        self.come()

    def come(self) -> None:
        """Stand in the line; it may be let in at once."""
        if not (self.going or self._waiting):
            self._waiting = True
            self._line.add(self._place, self)
            self._line.let_in()

    async def wait(self) -> None:
        """Wait until it is let in, or is to look again."""
        if not self.going:
            self._stirred = trio.Event()
            await self._stirred.wait()

    def leave(self) -> None:
        """Be away, until it comes back."""
        if self.going:
            self.going = False
            self._line.going -= 1
            self._line.let_in()
        elif self._waiting:
            self._waiting = False
            self._line.remove(self._place)

    def let_in(self) -> None:
        """Go; the line's to call."""
        self.going, self._waiting = True, False
        self.stir()

    def stir(self) -> None:
        """Look again; the line's to call."""
        if self._stirred is not None:
            self._stirred.set()
