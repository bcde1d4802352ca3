import math
from collections.abc import Hashable

import trio

from sagent.actors._cell import Cell
from sagent.actors._envelope import Envelope, Lane
from sagent.actors._exit import Exit
from sagent.actors._policy import NO_BACKOFF, AutoShutdown, Backoff, Policy, Strategy
from sagent.actors._ref import Down, NameChanged, Ref, cell_of
from sagent.actors._spawn import supervise
from sagent.actors._spawner import Spawner
from sagent.actors._system import System, top_of
from sagent.actors._timers import Timer
from sagent.errors import ActorStopped, UsageError


class Context[M](Spawner):
    """An actor's means: itself, its children, its timers, its tasks, and the message in hand."""

    __slots__ = ()

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

        A task that somebody else starts here with `nursery.start` keeps the actor from ending until
        it has said `started`, since it is cancelled with its starter until then.

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

    def supervise(
        self,
        *,
        strategy: Strategy = "one_for_one",
        intensity: int = 1,
        period_s: float = 5,
        backoff: Backoff = NO_BACKOFF,
        max_children: int | None = None,
        auto_shutdown: AutoShutdown = "never",
    ) -> None:
        """Say how the actor sees to its children, before it has any.

        Args:
            strategy: who restarts with a child: nobody, all its siblings, those spawned after it.
            intensity: how many restarts within *period_s* the actor puts up with. One more ends
                its children, and is its own crash with RestartLimit.
            period_s: how long a restart counts.
            backoff: how long a child waits before it restarts.
            max_children: how many children it has at most; None for any number.
            auto_shutdown: when the actor stops because its significant children have ended by
                themselves: `never`, with `any_significant` of them, or once `all_significant` have.

        Raises:
            UsageError: it has children already, or an argument cannot be meant.
        """
        policy = Policy(
            strategy=strategy,
            intensity=intensity,
            period_s=period_s,
            backoff=backoff,
            max_children=max_children,
            auto_shutdown=auto_shutdown,
        )
        supervise(self._cell, policy)

    def watch[N](self: "Context[Down]", ref: Ref[N]) -> None:
        """Receive one Down, in the front lane, when the actor of *ref* has ended.

        At once if it has ended already. To watch twice is to watch once.
        """
        mailbox = self._cell.mailbox

        def tell(exit: Exit) -> None:  # noqa: A002  # the word of this runtime
            mailbox.put(Envelope(Down(ref, exit), ref.path, front=True))

        other = cell_of(ref)
        if other.exit is not None:
            tell(other.exit)
        else:
            self._cell.ties().watch(other, other.realm, tell)

    def watch_name(self: "Context[NameChanged]", name: str) -> None:
        """Receive a NameChanged, in the front lane: who holds *name* now, and each new holder."""
        mailbox = self._cell.mailbox

        def tell(holder: Cell | None) -> None:
            ref = None if holder is None else Ref[object](holder)
            mailbox.put(Envelope(NameChanged(name, ref), self._cell.path, front=True))

        self._cell.ties().watch_name(name, tell)

    def stash(self) -> None:
        """Put the message in hand aside until `unstash`; whoever asked it goes on waiting.

        What is put aside outlives a restart, as what is queued does. A bounded inbox has room for
        as many messages here as there; more are dead letters.

        Raises:
            UsageError: no message is in hand.
        """
        if self._cell.inbox is None:
            raise UsageError(f"{self._cell.path} has no message in hand to stash")
        self._cell.inbox.stash()

    def unstash(self) -> None:
        """Receive all that was put aside, in its order, before what waits in its lane."""
        self._cell.mailbox.unstash()

    def after(self, key: Hashable, seconds: float, message: M, *, lane: Lane = "back") -> None:
        """Receive *message* in *seconds*, unless the timer *key* is cancelled or set anew.

        It comes by *lane*.

        Raises:
            UsageError: *seconds* is no number.
        """
        if math.isnan(seconds):
            raise UsageError(f"seconds={seconds}: no time to wait")
        timer = Timer(self._cell.mailbox, message, lane=lane, period_s=None)
        self._set_timer(key, seconds, timer)

    def every(self, key: Hashable, seconds: float, message: M, *, lane: Lane = "back") -> None:
        """Receive *message* every *seconds*, until the timer *key* is cancelled or set anew.

        It comes by *lane*. A tick that comes while the last one is still waiting or in hand is left
        out.

        Raises:
            UsageError: *seconds* is not positive.
        """
        if not seconds > 0:
            raise UsageError(f"seconds={seconds}: the time between two ticks is positive")
        timer = Timer(self._cell.mailbox, message, lane=lane, period_s=seconds)
        self._set_timer(key, seconds, timer)

    def cancel(self, key: Hashable) -> None:
        """End the timer *key* if there is one, its message included if that still waits."""
        self._cell.ties().cancel_timer(key, self._current())

    def _set_timer(self, key: Hashable, seconds: float, timer: Timer) -> None:
        if self._cell.phase not in ("ending", "waiting", "ended"):
            self._cell.ties().set_timer(key, seconds, timer, self._current())

    def _current(self) -> Envelope[object] | None:
        return None if self._cell.inbox is None else self._cell.inbox.current
