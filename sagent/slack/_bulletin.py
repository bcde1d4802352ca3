"""Shows in a thread what an agent says there, while it says it."""

import logging
from collections import deque

import attrs
import trio

from sagent.actors import Missed
from sagent.agent import ChildEvent, Done, Interrupted, RunEvent, ToolCalled
from sagent.errors import SlackError
from sagent.slack._board import Board, Sheet
from sagent.slack._draft import Draft
from sagent.slack._heard import Place
from sagent.slack._mrkdwn import escape

_AGAIN_S = 5.0
"""After how long what could not be shown is tried again, once the Web API has given up."""
MOST_PAGES = 10
"""How many messages an answer has at most; the whole of a longer one is in a file."""
_REST = "_… it goes on in the file below_"
_FILE = "answer.md"
LAST_WORDS_S = 3.0
"""How long the last words of an agent that is ended may take."""

_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class _Showing:
    """A turn on its way into Slack."""

    sheet: Sheet
    draft: Draft = attrs.field(factory=Draft)
    is_lost: bool = False
    """Whether Slack does not want it."""

    is_in_full: bool = False
    """Whether a file cannot have what is too long for messages."""
    _cut: tuple[Draft | None, tuple[str, ...]] = attrs.field(default=(None, ()), init=False)

    def pages(self) -> tuple[str, ...]:
        """Give what is to be shown by now."""
        return (*self._all[: MOST_PAGES - 1], _REST) if self.is_too_long else self._all

    @property
    def is_too_long(self) -> bool:
        """Whether its end is to be read in a file."""
        return len(self._all) > MOST_PAGES and not self.is_in_full

    @property
    def _all(self) -> tuple[str, ...]:
        if self._cut[0] is not self.draft:  # a long text takes a while, and is asked for often
            self._cut = (self.draft, self.draft.pages())
        return self._cut[1]


@attrs.define(eq=False)
class Bulletin:
    """One agent's turns in one place, one after the other.

    Args:
        board: writes them.
        place: where.
        author: whose they are.
    """

    _board: Board
    _place: Place
    _author: str
    _turns: deque[_Showing] = attrs.field(factory=deque[_Showing], init=False)
    _changed: trio.Event = attrs.field(factory=trio.Event, init=False)

    def hear(self, event: RunEvent | Missed) -> None:
        """Take in what happens to the agent; the answer stands whole in the event that ends it."""
        if isinstance(event, Missed):
            return
        turn = self._turns[-1] if self._turns else None
        if turn is None or turn.draft.has_ended:
            if isinstance(event, ChildEvent):
                return  # those below go on when the turn is over
            draft = Draft().feed(event)
            if draft.is_empty:
                return
            turn = _Showing(Sheet(self._place, self._author))
            self._turns.append(turn)
        turn.draft = turn.draft.feed(event)
        self._changed.set()

    @property
    def is_busy(self) -> bool:
        """Whether a turn goes on, or is not shown yet."""
        return bool(self._turns)

    @property
    def is_cut(self) -> bool:
        """Whether a turn goes on, as far as is known."""
        return bool(self._turns) and not self._turns[-1].draft.has_ended

    async def show(self) -> None:
        """Show it, for ever."""
        while True:
            try:
                await self._show_all()
            except SlackError as error:
                await self._bear(error)
                continue
            await self._changed.wait()
            self._changed = trio.Event()

    async def close(self) -> None:
        """Say what there is to be said yet, if that does not take long."""
        if self.is_cut:
            self.hear(Interrupted())
        with trio.move_on_after(LAST_WORDS_S, shield=True):
            try:
                await self._show_all()
            except SlackError as error:
                _log.warning("the last words of %s are lost: %s", self._author, error)

    async def _show_all(self) -> None:
        while self._turns:
            turn = self._turns[0]
            while not turn.is_lost and await self._board.show(turn.sheet, turn.pages):
                pass
            if not turn.draft.has_ended:
                return
            if turn.is_lost or not turn.is_too_long or await self._has_shared(turn):
                self._turns.popleft()

    async def _has_shared(self, turn: _Showing) -> bool:
        """Share the whole of *turn* as a file; where that fails, all of it is to be shown."""
        text = self._board.api.mask.hide(turn.draft.text)
        try:
            await self._board.share(self._place, _FILE, text.encode(errors="replace"), "")
        except SlackError as error:
            _log.warning("a long answer of %s is no file: %s", self._author, error)
            turn.is_in_full = True
        return not turn.is_in_full

    async def _bear(self, error: SlackError) -> None:
        """Try again later what did not get through, and let go what is not wanted."""
        if error.code:
            _log.warning("a message of %s is not shown: %s", self._author, error)
            self._turns[0].is_lost = True
            await trio.lowlevel.checkpoint()
        else:
            await trio.sleep(_AGAIN_S)


@attrs.define(eq=False)
class Diary:
    """Tells in an agent's own channel what its turns did, a message each.

    Args:
        channel: which that is; "" for none.
        place: where the conversation is; what is said in the agent's own channel is there already.
    """

    _channel: str
    _place: Place
    _did: list[str] = attrs.field(factory=list[str], init=False)

    def hear(self, event: RunEvent | Missed) -> str:
        """Take in what happens; give what is to be told now, or ""."""
        if not self._channel or self._channel == self._place.channel:
            return ""
        if isinstance(event, ToolCalled):
            self._did.append(escape(" ".join(event.summary.split())))
        if not isinstance(event, Done):
            return ""
        did, self._did = self._did, []
        cost = "" if event.cost_usd is None else f" (${event.cost_usd:.4f})"
        return f"answered in <#{self._place.channel}>{cost}" + "".join(f"\n• {one}" for one in did)
