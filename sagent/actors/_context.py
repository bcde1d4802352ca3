import math
from collections.abc import Callable, Hashable
from typing import overload

import trio

from sagent.actors._behavior import Behavior, Spawnable
from sagent.actors._cell import Cell
from sagent.actors._envelope import Envelope, Lane
from sagent.actors._exit import Exit
from sagent.actors._mailbox import OverflowPolicy
from sagent.actors._ref import Down, Ref, cell_of
from sagent.actors._spawn import SHUTDOWN_S, spawn
from sagent.actors._system import System, top_of
from sagent.actors._timers import Timer
from sagent.errors import ActorStopped, UsageError


class Context[M]:
    """An actor's means: itself, its children, its timers, its tasks, and the message in hand."""

    __slots__ = ("_cell",)

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    @property
    def ref(self) -> Ref[M]:
        """The actor itself."""
        return Ref(self._cell)

    @property
    def system(self) -> System:
        """The system that the actor lives in."""
        return System(top_of(self._cell))

    @property
    def nursery(self) -> trio.Nursery:
        """For tasks of the actor's own, cancelled when it ends; what one raises is its crash.

        Raises:
            ActorStopped: the actor is saying farewell.
        """
        if self._cell.nursery is None or self._cell.phase == "ending":
            raise ActorStopped(f"{self._cell.path} is ending: it starts no more tasks")
        return self._cell.nursery

    @property
    def sender(self) -> str | None:
        """The path of the actor that sent the message in hand; None when no actor did."""
        current = self._current()
        return None if current is None else current.sender

    @property
    def deadline(self) -> float:
        """The trio time until which somebody waits for the message in hand; `inf` for a tell."""
        current = self._current()
        return math.inf if current is None else current.deadline

    @overload
    async def spawn[N](
        self,
        actor: Spawnable[N],
        *,
        name: str | None = None,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
    ) -> Ref[N]: ...

    @overload
    async def spawn[N](
        self,
        actor: Callable[..., Behavior[N]],
        *args: object,
        name: str | None = None,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
        **kwargs: object,
    ) -> Ref[N]: ...

    async def spawn[N](
        self,
        actor: Spawnable[N] | Callable[..., Behavior[N]],
        *args: object,
        name: str | None = None,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
        **kwargs: object,
    ) -> Ref[N]:
        """Start a child, as `System.spawn` does; it ends with this actor, and before it."""
        return await spawn(
            self._cell,
            actor,
            args,
            kwargs,
            name=name,
            capacity=capacity,
            overflow=overflow,
            shutdown_s=shutdown_s,
        )

    def watch[N](self: "Context[Down]", ref: Ref[N]) -> None:
        """Receive one Down, in the front lane, when the actor of *ref* has ended.

        At once if it has ended already. To watch twice is to watch once.
        """
        mailbox = self._cell.mailbox

        def tell(exit: Exit) -> None:  # noqa: A002  # the word of this runtime
            mailbox.put(Envelope(Down(ref, exit), ref.path, front=True))

        self._cell.watch(cell_of(ref), tell)

    def after(self, key: Hashable, seconds: float, message: M, *, lane: Lane = "back") -> None:
        """Receive *message* in *seconds*, unless the timer *key* is cancelled or set anew."""
        timer = Timer(self._cell.mailbox, message, lane=lane, period_s=None)
        self._cell.set_timer(key, seconds, timer)

    def every(self, key: Hashable, seconds: float, message: M, *, lane: Lane = "back") -> None:
        """Receive *message* every *seconds*, until the timer *key* is cancelled or set anew.

        A tick that comes while the last one is still waiting or in hand is left out.
        """
        if seconds <= 0:
            raise UsageError(f"seconds={seconds}: the time between two ticks is positive")
        timer = Timer(self._cell.mailbox, message, lane=lane, period_s=seconds)
        self._cell.set_timer(key, seconds, timer)

    def cancel(self, key: Hashable) -> None:
        """End the timer *key*, its message included if that waits; without one, do nothing."""
        self._cell.cancel_timer(key)

    def _current(self) -> Envelope[object] | None:
        return None if self._cell.inbox is None else self._cell.inbox.current
