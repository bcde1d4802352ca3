from collections import deque
from typing import Self

import trio

from sagent.actors._events import Missed
from sagent.errors import UsageError


class Feed[E]:
    """Events for a task that reads them in its own time: `async for event in feed`.

    Holds the newest up to its bound; in place of those that went lost comes one Missed. Ends with
    whoever tells the events, at once if that has ended. One task reads at a time.
    """

    __slots__ = (
        "__weakref__",  # who tells the events may hold it weakly
        "_capacity",
        "_changed",
        "_closed",
        "_events",
        "_kinds",
        "_missed",
        "_read",
    )

    def __init__(self, kinds: tuple[type[E], ...], capacity: int) -> None:
        if capacity < 1:
            raise UsageError(f"capacity={capacity}: a feed holds at least 1 event")
        self._capacity = capacity
        self._kinds = kinds
        self._events: deque[E] = deque()
        self._missed = 0
        self._closed = False
        self._read = False
        self._changed = trio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E | Missed:
        if self._missed or self._events:
            await trio.lowlevel.checkpoint()
        while not (self._missed or self._events):
            if self._closed:
                await trio.lowlevel.checkpoint()
                raise StopAsyncIteration
            if self._read:
                raise trio.BusyResourceError("two tasks read one feed: subscribe for each")
            await self._wait()
        if self._missed:
            missed, self._missed = Missed(self._missed), 0
            return missed
        return self._events.popleft()

    async def _wait(self) -> None:
        self._changed = trio.Event()
        self._read = True
        try:
            await self._changed.wait()
        finally:
            self._read = False

    def put(self, event: E) -> None:
        """Take *event* in, if it is of a kind that is read here."""
        if self._kinds and not isinstance(event, self._kinds):
            return
        self._events.append(event)
        if len(self._events) > self._capacity:
            self._events.popleft()
            self._missed += 1
        self._changed.set()

    def close(self) -> None:
        """Let the reader end once it has read what is there."""
        self._closed = True
        self._changed.set()
