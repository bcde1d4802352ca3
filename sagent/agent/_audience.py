"""Who hears of what an agent does."""

from weakref import WeakSet

import attrs
import trio

from sagent.actors import Feed
from sagent.agent._event import Emit, RunEvent, discard


@attrs.define(eq=False)
class Audience:
    """The run that waits for the agent's events, and whoever watches besides.

    The run is waited for, since it is to miss nothing; a watcher who is slow loses the oldest.
    """

    _emit: Emit
    # Few agents have either, and a set or a queue that is empty takes 700 bytes.
    _closed: bool = attrs.field(default=False, init=False)
    _noted: list[RunEvent] = attrs.field(factory=list[RunEvent], init=False)
    _feeds: WeakSet[Feed[RunEvent]] | None = attrs.field(default=None, init=False)
    """Weak, since readers leave without a word."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody hears, so that nothing needs to be put into words."""
        return self._emit is discard and not self._feeds

    async def tell(self, event: RunEvent) -> None:
        """Tell all of *event*; after `close`, nobody."""
        if self._closed:
            await trio.lowlevel.checkpoint()
            return
        while self._noted:
            await self._emit(self._noted.pop(0))
        self.show(event)
        await self._emit(event)

    def note(self, event: RunEvent) -> None:
        """Tell of *event* where nobody can be waited for; the run hears of it before the next."""
        self.show(event)
        self._noted.append(event)

    def show(self, event: RunEvent) -> None:
        """Tell *event* to those who watch alone."""
        for feed in self._feeds or ():
            feed.put(event)

    def join(self, capacity: int) -> Feed[RunEvent]:
        """Let somebody watch from now on, for as long as they keep the feed.

        Raises:
            UsageError: *capacity* is less than 1.
        """
        feed = Feed[RunEvent]((), capacity)
        if self._feeds is None:
            self._feeds = WeakSet()
        self._feeds.add(feed)
        return feed

    def close(self) -> None:
        """Let everybody's events end."""
        self._closed = True
        for feed in self._feeds or ():
            feed.close()
