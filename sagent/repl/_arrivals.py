import threading
from collections import deque

import attrs

from sagent.repl._pasted import Pasted
from sagent.repl._printed import Printed, Remark
from sagent.repl._screen import View

MOST_WAITING = 5000
"""How much may wait to be printed, where a terminal takes nothing."""


@attrs.frozen
class Arrived:
    """What is to be shown next.

    Attributes:
        printed: above the prompt.
        fills: before what the user is writing.
        inserts: where they are writing.
    """

    printed: tuple[Printed, ...] = ()
    fills: tuple[str, ...] = ()
    inserts: tuple[str | Pasted, ...] = ()


@attrs.define(eq=False)
class Arrivals:
    """What other threads give the prompt's to show, until that takes it.

    Attributes:
        view: what stands about the prompt next.
        ends: whether the prompt is to end.
    """

    view: View = attrs.field(factory=View, init=False)
    ends: bool = attrs.field(default=False, init=False)
    _printed: deque[Printed] = attrs.field(factory=deque[Printed], init=False)
    _fills: list[str] = attrs.field(factory=list[str], init=False)
    _inserts: list[str | Pasted] = attrs.field(factory=list[str | Pasted], init=False)
    _left_out: int = attrs.field(default=0, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def put(
        self,
        *printed: Printed,
        view: View | None = None,
        fill: str = "",
        insert: str | Pasted = "",
    ) -> None:
        """Take in what is to be printed, what to show, and what to edit."""
        with self._lock:
            self._printed.extend(printed)
            while len(self._printed) > MOST_WAITING:
                self._printed.popleft()
                self._left_out += 1
            self.view = view or self.view
            self._fills += [fill] if fill else []
            self._inserts += [insert] if insert else []

    def end(self) -> None:
        """Let the prompt end, once it has taken what has arrived."""
        self.ends = True

    def take(self) -> Arrived:
        """Give what has arrived, which then waits no more."""
        with self._lock:
            arrived = Arrived((*self._printed,), (*self._fills,), (*self._inserts,))
            left_out, self._left_out = self._left_out, 0
            for waiting in (self._printed, self._fills, self._inserts):
                waiting.clear()
        if not left_out:
            return arrived
        told = Remark(f"  ! {left_out} lines were too fast to be shown", "notice")
        return attrs.evolve(arrived, printed=(told, *arrived.printed))
