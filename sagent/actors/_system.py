from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import overload

import trio

from sagent.actors._behavior import Behavior, Spawnable
from sagent.actors._cell import Cell, Realm
from sagent.actors._events import Events
from sagent.actors._mailbox import Mailbox, OverflowPolicy
from sagent.actors._ref import Ref, cell_of
from sagent.actors._shell import stop_children
from sagent.actors._spawn import SHUTDOWN_S, spawn
from sagent.actors._tree import Node, node_of


class System:
    """The top of a tree of actors, their names and their events; `open_system` gives one."""

    __slots__ = ("_root",)

    def __init__(self, root: Cell) -> None:
        self._root = root

    @property
    def events(self) -> Events:
        """What happens to the system's actors and messages, for `events.listen(callback)`."""
        return self._root.realm.events

    @overload
    async def spawn[M](
        self,
        actor: Spawnable[M],
        *,
        name: str | None = None,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
    ) -> Ref[M]: ...

    @overload
    async def spawn[M](
        self,
        actor: Callable[..., Behavior[M]],
        *args: object,
        name: str | None = None,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
        **kwargs: object,
    ) -> Ref[M]: ...

    async def spawn[M](
        self,
        actor: Spawnable[M] | Callable[..., Behavior[M]],
        *args: object,
        name: str | None = None,
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
        **kwargs: object,
    ) -> Ref[M]:
        """Start an actor that lives until it ends or the system does.

        Returns when its `started` has returned. Cancelled before that, it kills the actor.

        Args:
            actor: a class, with its arguments; a function that makes the actor, whose body type
                checkers see in full; or an object with a method `actor()` that does.
            args: for the class.
            name: under which `whereis` finds it, unique in the system, free again when it ends.
            capacity: how many messages its back lane holds; None for any number.
            overflow: what a `tell` or `ask` does to a full back lane: `fail` raises MailboxFull,
                `drop_newest` drops the message, `drop_oldest` makes room. `send` waits.
            shutdown_s: its grace to finish the message in hand when it is stopped, and again to
                clean up in `stopped`.
            kwargs: for the class.

        Raises:
            NameTaken: *name* is held by a living actor.
            SystemStopping: the system is ending.
            Exception: whatever its constructor or its `started` raised.
        """
        return await spawn(
            self._root,
            actor,
            args,
            kwargs,
            name=name,
            capacity=capacity,
            overflow=overflow,
            shutdown_s=shutdown_s,
        )

    async def get_or_spawn[M](self, name: str, actor: Spawnable[M]) -> Ref[M]:
        """Return the actor that holds *name*, or spawn *actor* under it.

        Callers at the same time get one actor. One that is starting or ending is waited for. It
        serves whoever asks for it, so when the system ends it is stopped after all others.
        """
        while True:
            cell = self._root.realm.registry.get(name)
            if cell is None:
                ref = await self.spawn(actor, name=name)
                self._outlive(cell_of(ref))
                return ref
            if cell.ready is not None:
                await cell.ready.wait()
            elif cell.phase in ("running", "draining"):
                await trio.lowlevel.checkpoint()
                return Ref(cell)
            else:
                await cell.closed()

    def _outlive(self, cell: Cell) -> None:
        siblings = self._root.children
        if siblings is not None and cell in siblings:
            self._root.children = {cell: None} | siblings

    def whereis(self, name: str) -> Ref[object] | None:
        """Return the actor that holds *name*.

        What it takes is known to its spawner alone: this Ref lets every message in.
        """
        cell = self._root.realm.registry.get(name)
        return None if cell is None else Ref(cell)

    def names(self) -> tuple[str, ...]:
        """Every name that is held, the oldest first."""
        return self._root.realm.registry.names()

    def tree(self) -> Node:
        """Look at every actor as it is now, busy ones too."""
        return node_of(self._root)


@asynccontextmanager
async def open_system() -> AsyncGenerator[System]:
    """Open a system of actors, which end with the block.

    Leaving the block stops them politely, the youngest first, each within its own grace, and waits
    until they have ended; cancelling it cancels them. A crash of an actor never ends the block.
    What the block raises is raised after they have ended, and in no group.
    """
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        root = system_root(nursery)
        nursery.start_soon(root.realm.clock.run, name="clock of actors")
        try:
            yield System(root)
        except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
            failure = error
        finally:
            root.phase = "ending"
        await stop_children(root)
        nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure


def system_root(nursery: trio.Nursery) -> Cell:
    """Make the cell above all actors of a system; nothing is sent to it."""
    realm = Realm()
    mailbox = Mailbox("", realm.events, capacity=None, overflow="fail")
    root = Cell("", realm, None, mailbox, SHUTDOWN_S)
    root.nursery = nursery
    root.phase = "running"
    root.ready = None
    return root


def top_of(cell: Cell) -> Cell:
    """Find the root above *cell*."""
    while cell.parent is not None:
        cell = cell.parent
    return cell
