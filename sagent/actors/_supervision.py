"""The task in which a parent sees to its children: who lives again, and when all have ended.

A child that is to live again *falls*: it waits, its mailbox open, until it is due. The supervisor
takes one notice at a time: it counts the restart, ends the lives of the group, the youngest first,
and begins new ones, the oldest first, each once the one before has started. Notices of what it has
seen to already are stale, so that what ends together is one restart.
"""

from collections import deque

import trio

from sagent.actors._cell import Cell
from sagent.actors._child import Child
from sagent.actors._due import Due
from sagent.actors._events import GaveUp, Restarting
from sagent.actors._orders import kill, pause, stop, terminate
from sagent.actors._policy import Policy
from sagent.actors._shell import stop_children
from sagent.errors import RestartLimit


class Supervision:
    """Sees to the children of one cell.

    Attributes:
        policy: what it does when one ends.
        running: whether its task runs: since the first child that it has to see to.
        significant: the children whose end can be its own, those that are terminated apart.
        error: the limit that was passed, if one was.
        starting: the child whose start it waits for.
    """

    def __init__(self, parent: Cell, policy: Policy) -> None:
        self.policy = policy
        self.running = False
        self.significant: set[Cell] = set()
        self.error: RestartLimit | None = None
        self.starting: Cell | None = None
        self._parent = parent
        self._fallen: deque[tuple[Cell, int]] = deque()
        self._due = Due(policy.strategy)
        self._restarts: deque[float] = deque()
        self._by_hand: set[Cell] = set()
        self._last_has_ended = False
        self._over = False
        self._changed = trio.Event()

    def fell(self, cell: Cell) -> None:
        """A life of *cell* has ended, and is not its last."""
        if cell in self._by_hand and cell.failure is not None:
            self._stays_terminated(cell)
            return
        self._fallen.append((cell, _child(cell).life))
        self._changed.set()

    def ended(self, cell: Cell) -> None:
        """The last life of *cell* has ended: by itself, if it is still significant."""
        if self._due.discard(cell):  # the others wait for it no longer
            self._changed.set()
        if cell not in self.significant:
            return
        self.significant.discard(cell)
        if not cell.unborn:
            # One that is in its first start has not lived yet: should that fail, this was the last.
            self._last_has_ended = self.policy.auto_shutdown == "any_significant" or all(
                other.unborn for other in self.significant
            )
        if self._last_has_ended:
            whole = self.policy.auto_shutdown == "all_significant"
            self._over = self._over or not (whole and self.significant)
            self._changed.set()

    async def terminate(self, cell: Cell) -> None:
        """End the life of *cell*, which has no other until `restart`."""
        self.significant.discard(cell)
        self._last_has_ended = False
        if cell.child is None:
            stop(cell)
            await cell.closed()
            return
        self._due.discard(cell)
        self._changed.set()
        terminate(cell)
        await cell.child.rested.wait()

    async def restart(self, cell: Cell) -> None:
        """Let *cell*, terminated, live again; it stays terminated if its start fails."""
        if _child(cell).significant:
            self.significant.add(cell)
        self._by_hand.add(cell)
        try:
            await self._start(cell)
        except trio.Cancelled:
            self._stays_terminated(cell)
            kill(cell)
            raise
        finally:
            self._by_hand.discard(cell)
        if cell.failure is not None:
            raise cell.failure

    async def run(self) -> None:
        """Restart what falls, until the parent ends or its significant children have.

        Raises:
            RestartLimit: more has fallen than the policy puts up with; the children have ended.
                At the top of a system, it is left in `error` alone.
        """
        parent = self._parent
        try:
            await self._restart_what_falls()
        except RestartLimit as error:
            self.error = error
            await self._end_children()
            if parent.parent is not None:
                raise
        else:
            if not self._over:
                return
            if parent.parent is not None:
                stop(parent)
                return
            await self._end_children()
        assert parent.nursery is not None
        parent.nursery.cancel_scope.cancel()

    async def _end_children(self) -> None:
        self._parent.phase = "ending"
        await stop_children(self._parent)

    async def _restart_what_falls(self) -> None:
        while self._parent.fertile and not self._over:
            self._changed = trio.Event()
            cell, due = self._due.next()
            if cell is not None and due <= trio.current_time():
                await self._begin(cell)
            elif self._fallen:
                await self._see_to(*self._fallen.popleft())
            else:
                with trio.move_on_at(due):
                    await self._changed.wait()

    async def _begin(self, cell: Cell) -> None:
        self._due.discard(cell)
        self.starting = cell
        try:
            await self._start(cell)
        finally:
            self.starting = None
        if cell.failure is not None:  # the rest of its group waits for it
            await self._see_to(cell, _child(cell).life)

    async def _start(self, cell: Cell) -> None:
        self._parent.start_below(_child(cell).relive, cell.path)
        cell.relives()
        assert cell.ready is not None
        await cell.ready.wait()

    async def _see_to(self, cell: Cell, life: int) -> None:
        child = _child(cell)
        if cell.phase != "waiting" or child.life != life or cell in self._due or cell.terminated:
            return
        self._count(cell, child)
        now = trio.current_time()
        backoff = self.policy.backoff
        child.failures = 1 if now - child.born >= backoff.reset_s else child.failures + 1
        delay_s = backoff.delay_s(child.failures)
        self._wait(cell, child, delay_s)
        for other in reversed(self._group(cell)):
            if other.child is None:
                self.significant.discard(other)
                stop(other)
                await other.closed()
                continue
            if other.phase != "waiting":
                pause(other)
                await other.child.rested.wait()
            if other.phase == "waiting" and other not in self._due and not other.terminated:
                self._wait(other, other.child, 0)

    def _wait(self, cell: Cell, child: Child, delay_s: float) -> None:
        self._due.put(cell, trio.current_time() + delay_s)
        events = self._parent.realm.events
        if events.heard:
            assert child.last_exit is not None
            events.emit(Restarting(cell.path, child.last_exit, delay_s, child.life + 1))

    def _group(self, cell: Cell) -> list[Cell]:
        """List who lives again with *cell*, itself apart; temporary ones only end with it."""
        if self.policy.strategy == "one_for_one":
            return []
        first = cell.number if self.policy.strategy == "rest_for_one" else 0
        # One whose first start is under way belongs to its spawner.
        group = [
            other
            for other in self._parent.children or ()
            if other.number >= first and other is not cell and not other.unborn
        ]
        return sorted(group, key=lambda other: other.number)

    def _stays_terminated(self, cell: Cell) -> None:
        self.significant.discard(cell)
        terminate(cell)

    def _count(self, cell: Cell, child: Child) -> None:
        policy, restarts = self.policy, self._restarts
        now = trio.current_time()
        restarts.append(now)
        while restarts[0] < now - policy.period_s:
            restarts.popleft()
        if len(restarts) <= policy.intensity:
            return
        events, path = self._parent.realm.events, self._parent.path
        if events.heard:
            events.emit(GaveUp(path, cell.path, policy.intensity, policy.period_s))
        assert child.last_exit is not None
        raise RestartLimit(
            f"{cell.path} ended or failed to start once more, and {path or 'the system'} puts up "
            f"with intensity={policy.intensity} restarts in period_s={policy.period_s}"
        ) from child.last_exit.error


def _child(cell: Cell) -> Child:
    assert cell.child is not None
    return cell.child
