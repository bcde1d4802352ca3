"""The shell of a team: where items are taken, worked on and told of, and where it waits.

    open_crew: the caller's block
    └── run: takes items while there is room
        ├── work on an item, in a task of its own
        └── ...

There is room while fewer than `limit` items are worked on, and while those and the outcomes that
nobody has read are no more than `AHEAD` times that. So a slow reader holds back the work.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import attrs
import trio

from sagent.actors import System, open_system
from sagent.errors import ItemDeadlineError, RunCancelledError
from sagent.team._items import Source
from sagent.team._journal import Journal
from sagent.team._memory import Memory
from sagent.team._outcome import Outcome, Tab
from sagent.team._patience import Patience
from sagent.team._progress import Tally, Unsaved
from sagent.team._settings import Settings
from sagent.team._shelf import Order, Queue, Sequenced, Shelf
from sagent.team._worker import Job, Worker

AHEAD = 4
"""In order, one slow item does not stop the others until so many times the limit are waiting."""


@attrs.define(eq=False)
class Crew[I, R]:
    """Works through items.

    Attributes:
        shelf: what nobody has read yet.
        tally: how far it is.
        scope: ends all work when it is cancelled.
        changed: where who waits for an outcome, or for room, waits.
        done: whether no outcome is to come.
        failure: what the source of the items raised.
    """

    _worker: Worker[I, R]
    _source: Source[I]
    _settings: Settings
    shelf: Shelf[Outcome[I, R]]
    tally: Tally
    _system: System
    _memory: Memory[R] | None
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    changed: trio.lowlevel.ParkingLot = attrs.field(factory=trio.lowlevel.ParkingLot, init=False)
    _patience: Patience = attrs.field(init=False)
    done: bool = attrs.field(default=False, init=False)
    failure: Exception | None = attrs.field(default=None, init=False)
    _taken: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self._patience = Patience(lambda: self.tally.counts.running)

    async def run(self) -> None:
        """Work until there are no more items."""
        try:
            with self.scope:
                async with trio.open_nursery() as nursery:
                    await self._take_items(nursery)
        finally:
            self.done = True
            self.changed.unpark_all()
            await self._source.aclose()

    async def _take_items(self, nursery: trio.Nursery) -> None:
        while True:
            while not self._has_room:
                await self.changed.park()
            try:
                taken = await self._source.next()
            except Exception as error:  # noqa: BLE001  # raised to who reads, after all outcomes
                self.failure = error
                return
            if taken is None:
                return
            self._begin(nursery, taken[0])

    @property
    def _has_room(self) -> bool:
        running, limit = self.tally.counts.running, self._settings.limit
        return running < limit and running + len(self.shelf) < AHEAD * limit

    def _begin(self, nursery: trio.Nursery, item: I) -> None:
        index, self._taken = self._taken, self._taken + 1
        key: str | None = None
        try:
            job = self._worker.job(item, self._system)
            if self._memory is not None:
                key = self._memory.key_of(job.identity())
        except Exception as error:  # noqa: BLE001  # it is this item's alone
            self._put(Outcome(item=item, index=index, error=error), key, started=0)
            return
        kept = self._memory.find(key) if self._memory is not None and key is not None else None
        if kept is not None:
            found = Outcome[I, R](item=item, index=index, value=kept[0], from_journal=True)
            self._put(found, None, started=0)
            return
        self.tally.start(index)
        nursery.start_soon(self._work, index, item, job, key)

    async def _work(self, index: int, item: I, job: Job[R], key: str | None) -> None:
        tab, began = Tab(), trio.current_time()
        result: tuple[R] | Exception = RunCancelledError(
            "the team was cancelled before this item was done"
        )
        try:
            result = await self._try(index, job, tab)
        finally:
            outcome: Outcome[I, R] = Outcome(
                item=item,
                index=index,
                value=result[0] if isinstance(result, tuple) else None,
                error=None if isinstance(result, tuple) else result,
                attempts=tab.attempts,
                spent=tab.spent,
                usage=tab.usage,
                elapsed_s=trio.current_time() - began,
            )
            self._put(outcome, key, started=1)
        if self._memory is not None:
            await self._memory.settle()

    async def _try(self, index: int, job: Job[R], tab: Tab) -> tuple[R] | Exception:
        seconds = self._settings.item_seconds
        if seconds is None:
            return await self._try_each(index, job, tab)
        with trio.move_on_after(seconds):
            return await self._try_each(index, job, tab)
        return ItemDeadlineError(
            f"item {index} had {seconds:g} seconds, and they are over: allow more "
            "(item_seconds=...), or ask for less"
        )

    async def _try_each(self, index: int, job: Job[R], tab: Tab) -> tuple[R] | Exception:
        while True:
            tab.attempts += 1
            try:
                return (await job.attempt(tab),)
            except Exception as error:  # noqa: BLE001  # it is this item's alone
                if tab.refused_early and await self._patience.wait():
                    tab.attempts -= 1  # nothing was attempted
                    continue
                delay_s = self._settings.attempts.delay_s(error, attempts=tab.attempts)
                if delay_s is None:
                    return error
                self.tally.retry(index, tab.attempts + 1, delay_s, error)
            await trio.sleep(delay_s)

    def _put(self, outcome: Outcome[I, R], key: str | None, *, started: int) -> None:
        unsaved = (
            None
            if self._memory is None or key is None or isinstance(outcome.error, RunCancelledError)
            else self._memory.keep(key, outcome)
        )
        self.shelf.put(outcome)
        self.changed.unpark_all()
        self.tally.finish(outcome, started=started)
        self._patience.ended()
        if unsaved is not None:
            self.tally.tell(Unsaved(index=outcome.index, counts=self.tally.counts, error=unsaved))


@asynccontextmanager
async def open_crew[I, R](
    worker: Worker[I, R],
    source: Source[I],
    settings: Settings,
    *,
    order: Order,
    journal: Journal | None,
) -> AsyncGenerator[Crew[I, R]]:
    """Let *worker* work through the items beside the block, and leave nothing when it ends."""
    failure: Exception | None = None
    async with AsyncExitStack() as stack:
        system = settings.system
        if system is None:
            system = await stack.enter_async_context(open_system())
        crew = Crew(
            worker,
            source,
            settings,
            Queue[Outcome[I, R]]() if order == "completed" else Sequenced[Outcome[I, R]](),
            Tally(settings.on_progress),
            system,
            None
            if journal is None
            else Memory(journal, worker.identity(settings.system_key), worker.codec),
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crew.run)
            try:
                yield crew
            except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                failure = error
            finally:
                crew.scope.cancel()
    if failure is not None:
        raise failure
