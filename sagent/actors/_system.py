from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import trio

from sagent._async_library import check_trio
from sagent.actors._behavior import Spawnable
from sagent.actors._cell import Cell
from sagent.actors._event_bus import Events
from sagent.actors._groups import Group
from sagent.actors._mailbox import Mailbox, OverflowPolicy
from sagent.actors._policy import NO_BACKOFF, AutoShutdown, Backoff, Policy, Restart, Strategy
from sagent.actors._realm import Realm
from sagent.actors._ref import Ref, cell_of
from sagent.actors._shell import bury_children, stop_children
from sagent.actors._spawn import SHUTDOWN_S, supervise
from sagent.actors._spawner import Spawner
from sagent.actors._tree import Node, node_of
from sagent.errors import ActorStopped, UsageError


class System(Spawner):
    """The top of a tree of actors, their names and their events; `open_system` gives one."""

    __slots__ = ()

    @property
    def events(self) -> Events:
        """What happens to the system's actors and messages, for `events.listen(callback)`."""
        return self._cell.realm.events

    async def get_or_spawn[M](
        self,
        name: str,
        actor: Spawnable[M],
        *,
        restart: Restart = "temporary",
        capacity: int | None = None,
        overflow: OverflowPolicy = "fail",
        shutdown_s: float = SHUTDOWN_S,
    ) -> Ref[M]:
        """Return the actor that holds *name*, or spawn *actor* under it, as `spawn` would.

        Callers at the same time get one actor. One that is starting, draining or ending is waited
        for. It serves whoever asks for it, so when the system ends it is stopped after all others.

        Raises:
            UsageError: the actor that holds *name* was terminated.
            Exception: as in `spawn`.
        """
        while True:
            cell = self._cell.realm.registry.get(name)
            if cell is None:
                ref = await self.spawn(
                    actor,
                    name=name,
                    restart=restart,
                    capacity=capacity,
                    overflow=overflow,
                    shutdown_s=shutdown_s,
                )
                self._outlive(cell_of(ref))
                return ref
            if cell.terminated:
                raise UsageError(f"{cell.path} was terminated: call restart_child or delete_child")
            if cell.ready is not None:
                await cell.ready.wait()
            elif not cell.mailbox.closed:
                await trio.lowlevel.checkpoint()
                return Ref(cell)
            else:
                await cell.closed()

    def _outlive(self, cell: Cell) -> None:
        siblings = self._cell.children
        if siblings is not None and cell in siblings:
            self._cell.children = {cell: None} | siblings

    def whereis(self, name: str) -> Ref[object] | None:
        """Return the actor that holds *name*.

        What it takes is known to its spawner alone: this Ref lets every message in.
        """
        cell = self._cell.realm.registry.get(name)
        return None if cell is None else Ref(cell)

    def names(self) -> tuple[str, ...]:
        """Every name that is held, the oldest first."""
        return self._cell.realm.registry.names()

    def join[M](self, group: Group[M], ref: Ref[M]) -> None:
        """Put the actor of *ref* into *group*, once; it leaves when it has ended, restarts apart.

        Raises:
            ActorStopped: it has ended.
            UsageError: it lives in another system.
        """
        cell = cell_of(ref)
        if cell.realm is not self._cell.realm:
            raise UsageError(f"{ref.path} lives in another system: join a group of its own system")
        if cell.exit is not None:
            raise ActorStopped(f"{ref.path} has ended: it joins no group")
        self._cell.realm.groups.join(group.name, cell)

    def leave[M](self, group: Group[M], ref: Ref[M]) -> None:
        """Take the actor of *ref* out of *group*, if it is in it."""
        self._cell.realm.groups.leave(group.name, cell_of(ref))

    def members[M](self, group: Group[M]) -> tuple[Ref[M], ...]:
        """Every actor of *group*, in the order of joining."""
        return tuple(Ref(cell) for cell in self._cell.realm.groups.members(group.name))

    def member[M](self, group: Group[M], name: str) -> Ref[M] | None:
        """Return the actor of *group* that has *name*, given or made up, or that path; or None.

        Unlike that of `whereis`, this Ref knows what the actor takes.
        """
        for cell in self._cell.realm.groups.newest_first(group.name):
            if name in (cell.name, cell.path):
                return Ref(cell)
        return None

    def groups(self) -> tuple[str, ...]:
        """Every group that has a member, by name."""
        return self._cell.realm.groups.names()

    def tree(self, *, frames: bool = False) -> Node:
        """Look at every actor as it is now, busy ones too; with *frames*, where its code waits.

        `print` it, with rich's print in colour.
        """
        return node_of(self._cell, frames=frames)


@asynccontextmanager
async def open_system(
    *,
    strategy: Strategy = "one_for_one",
    intensity: int = 1,
    period_s: float = 5,
    backoff: Backoff = NO_BACKOFF,
    max_children: int | None = None,
    auto_shutdown: AutoShutdown = "never",
) -> AsyncGenerator[System]:
    """Open a system of actors, which end with the block.

    Leaving the block stops them politely, the youngest first, each within its own grace, and waits
    until they have ended; cancelling it cancels them. A crash of an actor never ends the block,
    except of one that is to restart and has used up the limit.
    What the block raises is raised after they have ended, and in no group, even if the block is
    cancelled too. KeyboardInterrupt and its like come in a group, as out of any nursery.

    Args:
        strategy: who restarts with an actor of the system that does: nobody, all others, those
            spawned after it.
        intensity: how many restarts within *period_s* the system puts up with. One more ends its
            actors, and the block.
        period_s: how long a restart counts.
        backoff: how long an actor waits before it restarts.
        max_children: how many actors it has at most, those below its actors apart.
        auto_shutdown: when the system ends because its significant actors have ended by
            themselves, and cancels the block: `never`, with `any_significant` of them, or once
            `all_significant` have.

    Raises:
        UsageError: an argument cannot be meant, or the caller is not on trio.
        RestartLimit: the limit was passed; from what the last actor raised. What the block raises
            while it is cancelled for that is its `__context__`, and in a note.
    """
    check_trio("open_system")
    policy = Policy(
        strategy=strategy,
        intensity=intensity,
        period_s=period_s,
        backoff=backoff,
        max_children=max_children,
        auto_shutdown=auto_shutdown,
    )
    failure: Exception | None = None
    root = system_root()
    supervision = supervise(root, policy)
    try:
        async with trio.open_nursery() as nursery:
            root.nursery = nursery
            nursery.start_soon(root.realm.clock.run, name="clock of actors")
            try:
                yield System(root)
            except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                failure = error
            finally:
                root.phase = "ending"
            await stop_children(root)
            nursery.cancel_scope.cancel()
    except BaseException as error:
        if not _is_cancel(error) or (failure is None and supervision.error is None):
            raise
    finally:
        bury_children(root)
        root.realm.events.close()
    if supervision.error is not None and failure is not None:
        supervision.error.__context__ = failure
        supervision.error.add_note(f"the block of the system then raised {failure!r}")
    if supervision.error is not None:
        raise supervision.error
    if failure is not None:
        raise failure


def system_root() -> Cell:
    """Make the cell above all actors of a system; nothing is sent to it."""
    realm = Realm[Cell]()
    mailbox = Mailbox("", realm.events, capacity=None, overflow="fail")
    root = Cell("", realm, None, mailbox, SHUTDOWN_S)
    root.phase = "running"
    root.ready = None
    return root


def _is_cancel(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)  # isinstance leaves open of what
        return group.split(trio.Cancelled)[1] is None
    return isinstance(error, trio.Cancelled)


def top_of(cell: Cell) -> Cell:
    """Find the root above *cell*."""
    while cell.parent is not None:
        cell = cell.parent
    return cell
