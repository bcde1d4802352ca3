import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager

from sagent.actors._events import Event
from sagent.actors._feed import Feed

_log = logging.getLogger(__name__)


class Events:
    """What happens in a system, told to whoever listens.

    Attributes:
        heard: whether anybody listens; asked before an event is made.
    """

    __slots__ = ("_closed", "_feeds", "_sinks", "heard")

    def __init__(self) -> None:
        self._sinks: list[Callable[[Event], object]] = []
        self._feeds: list[Feed[Event]] = []
        self._closed = False
        self.heard = False

    @contextmanager
    def listen(self, sink: Callable[[Event], object]) -> Generator[None]:
        """Call *sink* with every event of the block.

        The call is synchronous, amid the runtime's work: *sink* notes the event and returns. What
        it raises is logged and harms nobody.
        """
        self._sinks.append(sink)
        self.heard = True
        try:
            yield
        finally:
            self._sinks.remove(sink)
            self.heard = bool(self._sinks)

    @contextmanager
    def subscribe(self, *kinds: type[Event], capacity: int = 1000) -> Generator[Feed[Event]]:
        """Give the events of the block, of *kinds* or of all, to a task that reads them.

            with system.events.subscribe(DeadLetter, Exited) as feed:
                async for event in feed: ...

        A reader that lets more than *capacity* of them wait loses the oldest, and is told how many.

        Raises:
            UsageError: *capacity* is less than 1.
        """
        feed = Feed[Event](kinds, capacity)
        self._feeds.append(feed)
        if self._closed:
            feed.close()
        try:
            with self.listen(feed.put):
                yield feed
        finally:
            self._feeds.remove(feed)

    def close(self) -> None:
        """Let every feed end with what it holds: nothing happens any more."""
        self._closed = True
        for feed in self._feeds:
            feed.close()

    def emit(self, event: Event) -> None:
        """Tell every listener of *event*."""
        for sink in tuple(self._sinks):
            try:
                sink(event)
            except Exception:  # noqa: BLE001  # a listener must not break those it listens to
                _log.exception("a listener of actor events raised at %r", event)
