from collections.abc import AsyncIterator

import trio

from sagent.budget import Amount
from sagent.team._crew import Crew
from sagent.team._outcome import Outcome
from sagent.team._progress import Counts


class Outcomes[I, R](AsyncIterator[Outcome[I, R]]):
    """The outcomes of items, as they come or in order; each item that was taken has exactly one.

    Iterating waits for more. What the iterable of the items raises is raised after the last
    outcome. Leaving the block cancels what runs; what was done until then, and what was cancelled,
    is in `unread` as far as it was not read, and can be iterated over.
    """

    def __init__(self, crew: Crew[I, R]) -> None:
        self._crew = crew

    async def __anext__(self) -> Outcome[I, R]:
        crew = self._crew
        await trio.lowlevel.checkpoint()
        while (outcome := crew.shelf.take()) is None:
            if crew.done:
                failure, crew.failure = crew.failure, None
                if failure is not None:
                    raise failure
                raise StopAsyncIteration
            await crew.changed.park()
        crew.changed.unpark_all()
        return outcome

    @property
    def counts(self) -> Counts:
        """How far the work is."""
        return self._crew.tally.counts

    @property
    def spent(self) -> Amount:
        """What was paid in this run for the items that are finished."""
        return self.counts.spent

    @property
    def unread(self) -> tuple[Outcome[I, R], ...]:
        """Outcomes that are there and have not been read."""
        return tuple(self._crew.shelf)

    async def collect(self) -> tuple[Outcome[I, R], ...]:
        """Wait for all outcomes that are to come, and give them in the order of their items.

        Cancelled, or failing with what the iterable of the items raises, it puts what it has read
        back to `unread`.
        """
        read: list[Outcome[I, R]] = []
        try:
            async for outcome in self:
                read.append(outcome)  # noqa: PERF401  # kept if the loop fails
        except BaseException:
            for outcome in read:
                self._crew.shelf.put(outcome)
            raise
        return tuple(sorted(read, key=lambda outcome: outcome.index))

    def cancel(self) -> None:
        """Take no more items, and end the work on those that were taken.

        Each of these has an outcome with `RunCancelledError`, which can be read, as can all that
        was done before.
        """
        self._crew.scope.cancel()
