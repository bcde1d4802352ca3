"""What has come for an agent, and where it waits."""

from collections.abc import Callable

import attrs
import trio

from sagent.actors import Envelope, Inbox
from sagent.agent._mail import Mail
from sagent.message import Message, MultipartMessage


@attrs.frozen
class News:
    """What *call*, which ran in the background, has given at last."""

    call: MultipartMessage
    message: Message


@attrs.define(eq=False)
class Post:
    """An agent's inbox, and behind it the news of what runs in the background.

    Attributes:
        notes: what the agent's own tools ask of it, which goes before all else.
    """

    inbox: Inbox[Mail]
    notes: list[Mail] = attrs.field(factory=list[Mail], init=False)
    _news: list[News] = attrs.field(factory=list[News], init=False)
    _first: Envelope[Mail] | None = attrs.field(default=None, init=False)

    async def wait(self) -> bool:
        """Wait until something is there; tell whether it may be taken, and not the end has come."""
        ready = self._look()
        if ready is not None:
            await trio.lowlevel.checkpoint()
        while ready is None:
            await self.inbox.wait()
            ready = self._look()
        return ready

    async def wait_while(self, expected: Callable[[], bool]) -> bool:
        """Wait until something is there or, after a `wake`, no longer *expected*; tell which."""
        await trio.lowlevel.checkpoint()
        while (ready := self._look()) is None and expected():
            await self.inbox.wait()
        return bool(ready)

    def _look(self) -> bool | None:
        """Tell whether something may be taken, or nothing ever will; None for neither."""
        try:
            self._first = self._first or self.inbox.get_nowait()
        except trio.EndOfChannel:
            return False
        return True if self._first or self._news or self.notes else None

    @property
    def holds_any(self) -> bool:
        """Whether anything waits here."""
        return bool(self._first or self._news or self.notes or len(self.inbox))

    def put_news(self, news: News) -> None:
        """Put *news* behind all that is there."""
        self._news.append(news)
        self.inbox.wake()

    def take(self) -> Envelope[Mail] | None:
        """Take the first of what was sent; None when there is no more."""
        try:
            while (envelope := self._first or self.inbox.get_nowait()) is not None:
                self._first = None
                if not envelope.abandoned:
                    return envelope
        except trio.EndOfChannel:
            pass  # told to stop: the turn in hand is finished, and nothing more is begun
        return None

    def take_notes(self) -> list[Mail]:
        """Take all that the agent's own tools have asked for."""
        notes, self.notes = self.notes, []
        return notes

    def take_news(self) -> list[News]:
        """Take all news, oldest first."""
        news, self._news = self._news, []
        return news
