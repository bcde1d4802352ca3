from collections.abc import Callable
from typing import Never, overload

from sagent.actors._behavior import Behavior, Spawnable
from sagent.actors._cell import Cell
from sagent.actors._mailbox import OverflowPolicy
from sagent.actors._overseer import Overseer
from sagent.actors._policy import (
    NO_BACKOFF,
    AutoShutdown,
    Backoff,
    Policy,
    Restart,
    Strategy,
)
from sagent.actors._ref import Ref, cell_of
from sagent.actors._spawn import (
    SHUTDOWN_S,
    delete_child,
    restart_child,
    spawn,
    terminate_child,
)


class Spawner:
    """What all who can have children have in common: a system, an actor's context, a supervisor."""

    __slots__ = ("_cell",)

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._cell is other._cell

    def __hash__(self) -> int:
        return hash(self._cell)

    @overload
    async def spawn[N](
        self,
        actor: Spawnable[N],
        *,
        name: str | None = None,
        restart: Restart = "temporary",
        significant: bool = False,
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
        restart: Restart = "temporary",
        significant: bool = False,
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
        restart: Restart = "temporary",
        significant: bool = False,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
        **kwargs: object,
    ) -> Ref[N]:
        """Start an actor as a child of this one, or of the system; it ends before its parent.

        Returns when its `started` has returned. Cancelled before that, it kills the actor.

        Args:
            actor: a class, with its arguments; a function that makes the actor, whose body type
                checkers see in full; or an object with a method `actor()` that does. Called
                afresh for each life of the actor.
            args: for the class.
            name: under which `whereis` finds it, unique in the system, free again when it ends.
            restart: when it lives again, Ref and inbox as they were: `permanent`, whenever it
                ends while its parent lives; `transient`, when it crashed or was killed;
                `temporary`, never.
            significant: whether its end is the parent's, as the parent's `auto_shutdown` says.
            capacity: how many messages its back lane holds; None for any number.
            overflow: what a `tell` or `ask` does to a full back lane: `fail` raises MailboxFull,
                `drop_newest` drops the message, `drop_oldest` makes room. `send` waits.
            shutdown_s: its grace to finish the message in hand when it is stopped, and again to
                clean up in `stopped`.
            kwargs: for the class. What spawn takes itself, such as *name*, never gets there: a
                class that wants it goes into a function, `lambda: Account(name="alice")`.

        Raises:
            NameTaken: *name* is held by a living actor.
            SystemStopping: the parent is ending, or is between two lives.
            TooManyChildren: the parent has its `max_children`.
            UsageError: an argument cannot be meant, or nobody heeds *significant*.
            ActorStopped: it was stopped or killed in its start.
            Exception: whatever its constructor or its `started` raised.
        """
        return await spawn(
            self._cell,
            actor,
            args,
            kwargs,
            name=name,
            restart=restart,
            significant=significant,
            capacity=capacity,
            overflow=overflow,
            shutdown_s=shutdown_s,
        )

    async def supervisor(
        self,
        *,
        name: str | None = None,
        restart: Restart = "transient",
        strategy: Strategy = "one_for_one",
        intensity: int = 1,
        period_s: float = 5,
        backoff: Backoff = NO_BACKOFF,
        max_children: int | None = None,
        auto_shutdown: AutoShutdown = "never",
    ) -> "Supervisor":
        """Start a child that does nothing but have children, under limits of their own.

        Args:
            name: as in `spawn`.
            restart: as in `spawn`.
            strategy: who restarts with a child: nobody, all its siblings, those spawned after it.
            intensity: how many restarts within *period_s* it puts up with. One more ends its
                children, and it crashes with RestartLimit, for whoever supervises it.
            period_s: how long a restart counts.
            backoff: how long a child waits before it restarts.
            max_children: how many children it has at most; None for any number.
            auto_shutdown: when it stops because its significant children have ended by themselves:
                `never`, with `any_significant` of them, or once `all_significant` have.

        Raises:
            UsageError: an argument cannot be meant.
            NameTaken, SystemStopping, TooManyChildren, ActorStopped: as in `spawn`.
        """
        policy = Policy(
            strategy=strategy,
            intensity=intensity,
            period_s=period_s,
            backoff=backoff,
            max_children=max_children,
            auto_shutdown=auto_shutdown,
        )
        return Supervisor(cell_of(await self.spawn(Overseer, policy, name=name, restart=restart)))

    async def terminate_child[N](self, ref: Ref[N]) -> None:
        """Stop a child, and wait until it has ended; it lives again with `restart_child` alone.

        Meanwhile it keeps its name, and messages to it are dead letters. A temporary child ends
        for good, and so does one that drains. Counts as no restart. A child in its start is let
        finish that, within its grace.

        Raises:
            UsageError: it is no child of this one.
            ActorStopped: it has ended for good.
        """
        await terminate_child(self._cell, cell_of(ref))

    async def restart_child[N](self, ref: Ref[N]) -> None:
        """Let a child that was terminated live again, and wait until it has started.

        Cancelled before that, it kills the child, which stays terminated.

        Raises:
            UsageError: it was not terminated, or is no child of this one.
            ActorStopped: it has ended for good, or was stopped or killed in its start.
            SystemStopping: the parent is ending, or is between two lives.
            Exception: what its start raised; it stays terminated.
        """
        await restart_child(self._cell, cell_of(ref))

    def delete_child[N](self, ref: Ref[N]) -> None:
        """End a child that was terminated for good, and free its name.

        Raises:
            UsageError: it was not terminated, or is no child of this one.
            ActorStopped: it has ended for good.
        """
        delete_child(self._cell, cell_of(ref))


class Supervisor(Spawner):
    """An actor that does nothing but have children, under a strategy and a limit of their own.

    Restarted, it has no children. Where they are to come back, derive an Actor that calls
    `self.context.supervise` and spawns them in its `started`.
    """

    __slots__ = ()

    @property
    def ref(self) -> Ref[Never]:
        """The supervisor as an actor: to watch, to stop."""
        return Ref(self._cell)
