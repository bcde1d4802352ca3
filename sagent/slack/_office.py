"""Where what is heard comes in, and goes to an agent or is done by the bot itself."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import assert_never

import attrs
import trio

from sagent.errors import SagentError
from sagent.slack._board import Board
from sagent.slack._book import Book, TalkKey
from sagent.slack._command import Command, Create, StopAgent, guidance
from sagent.slack._conversation import Conversation, Word
from sagent.slack._envelope import HALT, Delivery
from sagent.slack._front_desk import FrontDesk
from sagent.slack._guest_list import GuestList
from sagent.slack._heard import Heard, Place, Pressed, Reacted, Said, SharedFile
from sagent.slack._hiring import Hiring
from sagent.slack._inquiry import Inquiries
from sagent.slack._keeper import Keeper
from sagent.slack._mrkdwn import unescape
from sagent.slack._overview import Overview
from sagent.slack._routing import Guide, Halt, Ignore, Obey, Show, Tell, route
from sagent.slack._seen import Seen

MOST_WAITING = 1_000
"""How much is heard ahead; what finds no room is not acknowledged, and Slack brings it again."""
_CUT = "⏹️ interrupted: I went down meanwhile. What was said is kept; a word goes on with it"
_WITH_ANSWER = "(this came with the answer to your question)"
_TOO_LATE = "that question is not open any more: say it in words, if it matters yet"

_log = logging.getLogger(__name__)


@attrs.define(eq=False, kw_only=True)
class Office:
    """Everything that one bot does.

    Args:
        bot: its own user id.
        guests: who is listened to.
        book: which agents there are.
        board: writes into Slack.
        hiring: makes agents.
        overview: shows what an agent and those below it are at.
        keeper: writes the book down when it has changed.
        router_log: the id of the channel where it tells what it does; "" for nowhere.
    """

    _bot: str = attrs.field(alias="bot")
    _guests: GuestList = attrs.field(alias="guests")
    _book: Book = attrs.field(alias="book")
    _board: Board = attrs.field(alias="board")
    _hiring: Hiring = attrs.field(alias="hiring")
    _overview: Callable[[str, Place], Overview] = attrs.field(alias="overview")
    _keeper: Keeper = attrs.field(alias="keeper")
    _router_log: str = attrs.field(alias="router_log")
    _conversations: dict[TalkKey, Conversation] = attrs.field(
        factory=dict[TalkKey, Conversation], init=False
    )
    _inquiries: Inquiries = attrs.field(factory=Inquiries, init=False)
    _seen: Seen = attrs.field(factory=Seen, init=False)
    _strangers: set[str] = attrs.field(factory=set[str], init=False)
    _send: trio.MemorySendChannel[Heard] = attrs.field(init=False)
    _heard: trio.MemoryReceiveChannel[Heard] = attrs.field(init=False)

    _front_desk: FrontDesk = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._front_desk = FrontDesk(
            self._bot, self._guests, self._book, self._hiring, self._keeper, self._conversations
        )
        self._send, self._heard = trio.open_memory_channel[Heard](MOST_WAITING)

    def take(self, delivery: Delivery) -> bool:
        """Take in what was delivered, once, and tell whether it is to be acknowledged."""
        if delivery.heard is None or self._seen.has(delivery.keys):
            return True
        try:
            self._send.send_nowait(delivery.heard)
        except trio.WouldBlock:
            return False
        self._seen.keep(delivery.keys)
        return True

    async def serve(self) -> None:
        """Do what is to be done about all that is heard, for ever."""
        try:
            async with trio.open_nursery() as nursery:
                await self._serve(nursery)
        finally:
            await self._keeper.write()  # the last words of agents, too

    async def _serve(self, nursery: trio.Nursery) -> None:
        nursery.start_soon(self._keeper.keep)
        self._start(nursery, self._excuse)
        async for heard in self._heard:
            try:
                self._heed(nursery, heard)
            except Exception:  # noqa: BLE001  # whatever it is, it must not end the agents
                _log.exception("something was not heeded, for a reason that is sagent's own")

    def _heed(self, nursery: trio.Nursery, heard: Heard) -> None:
        if self._guests.admits(heard):
            self._act(nursery, heard)
        else:
            self._note_stranger(nursery, heard)

    def _act(self, nursery: trio.Nursery, heard: Heard) -> None:
        if isinstance(heard, Pressed):
            place = Place(channel=heard.channel, thread=heard.thread)
            if heard.question == HALT:
                self._halt(nursery, (heard.action, place), heard.user)
            elif not self._inquiries.press(heard):
                self._whisper(nursery, place, heard.user, _TOO_LATE)
            return
        routed = route(heard, self._book.roster(self._bot))
        match routed:
            case Tell() as told:
                self._tell(nursery, told, heard)
            case Halt(label=label, place=place):
                self._halt(nursery, (label, place), heard.user)
            case Show(label=label, place=place):
                self._start(nursery, partial(self._show, label, place))
            case Obey(command=command):
                assert isinstance(heard, Said), "nobody commands with an emoji"
                self._start(nursery, partial(self._obey, command, heard))
            case Guide():
                assert isinstance(heard, Said), "an emoji needs no guidance"
                place = Place(channel=heard.channel, thread=heard.thread)
                self._whisper(nursery, place, heard.user, guidance(self._book.colleagues))
            case Ignore():
                pass
            case _:
                assert_never(routed)

    def _halt(self, nursery: trio.Nursery, key: TalkKey, user: str) -> None:
        conversation = self._conversations.get(key)
        label, place = key
        text = f"{label} is at nothing here" if conversation is None else conversation.halt()
        if text:
            self._whisper(nursery, place, user, text)

    async def _show(self, label: str, place: Place) -> None:
        conversation = self._conversations.get((label, place))
        if conversation is None or conversation.ref is None:
            await self._board.post(place, f"{label} is at nothing here", author=label)
        else:
            await self._overview(label, place).show(conversation.ref)

    def _tell(self, nursery: trio.Nursery, told: Tell, heard: Said | Reacted) -> None:
        files: tuple[SharedFile, ...] = ()
        if isinstance(heard, Said):
            words = unescape(told.text)
            files = heard.files
            if self._inquiries.reply(told.label, told.place, words, heard.user):
                if not files:
                    return
                told = attrs.evolve(told, text=_WITH_ANSWER)
        word = Word(text=told.text, files=files, user=heard.user)
        self._say(nursery, (told.label, told.place), word)

    def _say(self, nursery: trio.Nursery, key: TalkKey, word: Word) -> None:
        """Let an agent hear *word*, which brings it to its thread if it is not there."""
        label, place = key
        colleague = self._book.colleagues.get(label)
        if colleague is None:
            return  # it has left meanwhile
        talk = self._book.talk(label, place)
        self._keeper.note_change()
        conversation = self._conversations.get(key)
        if conversation is None:
            conversation = Conversation(
                *(colleague, talk, self._board, self._hiring, self._inquiries),
                lambda: self._note_cut(key),
            )
            self._conversations[key] = conversation
            nursery.start_soon(self._live, nursery, key, conversation)
        if not conversation.say(word):
            text = f"{label} has not got to what was said before: say it again later"
            self._whisper(nursery, place, word.user, text)

    def _note_cut(self, key: TalkKey) -> None:
        conversation = self._conversations.get(key)
        if conversation and self._book.note_cut(key, is_cut=conversation.is_cut):
            self._keeper.note_change()

    async def _excuse(self) -> None:
        """Say of every answer that an earlier run did not finish, and could not say so, that."""
        for key, talk in list(self._book.talks.items()):
            if self._book.note_cut(key, is_cut=False):
                self._keeper.note_change()
                await self._bear(partial(self._board.post, talk.place, _CUT, author=talk.label))

    async def _live(self, nursery: trio.Nursery, key: TalkKey, conversation: Conversation) -> None:
        try:
            await conversation.live()
        finally:
            if self._conversations.get(key) is conversation:
                del self._conversations[key]
        for word in conversation.unheard():
            self._say(nursery, key, word)

    async def _obey(self, command: Command, said: Said) -> None:
        text = await self._front_desk.obey(command, said.place)
        await self._board.post(said.place, text)
        if isinstance(command, Create | StopAgent):
            await self._report(f"<@{said.user}>: {text}")

    def _note_stranger(self, nursery: trio.Nursery, heard: Heard) -> None:
        who = f"<@{heard.user}> in <#{heard.channel}>"
        if who not in self._strangers and len(self._strangers) < MOST_WAITING:
            self._strangers.add(who)
            told = f"not heeded, since not on the lists: {who}"
            self._start(nursery, partial(self._report, told))

    async def _report(self, text: str) -> None:
        if self._router_log:
            await self._board.post(Place(channel=self._router_log), text)

    def _whisper(self, nursery: trio.Nursery, place: Place, user: str, text: str) -> None:
        self._start(nursery, partial(self._board.whisper, place, user, text))

    def _start(self, nursery: trio.Nursery, work: Callable[[], Awaitable[object]]) -> None:
        nursery.start_soon(self._bear, work)

    async def _bear(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do *work*; what goes wrong with it is nobody else's."""
        try:
            await work()
        except SagentError as error:
            _log.warning("something was not done: %s", error)
        except Exception:  # noqa: BLE001  # whatever it is, it must not end the agents
            _log.exception("something was not done, for a reason that is sagent's own")
