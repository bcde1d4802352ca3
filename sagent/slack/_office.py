"""Where what is heard comes in, and goes to an agent or is done by the bot itself."""

import logging
from collections.abc import Awaitable
from functools import partial
from typing import assert_never

import attrs
import trio

from sagent.agent import GetStatus
from sagent.errors import ActorError, SagentError
from sagent.slack._board import Board
from sagent.slack._book import Book, TalkKey
from sagent.slack._command import USAGE, Command, Create, Help, ListAgents, StopAgent, guidance
from sagent.slack._conversation import Conversation, Word
from sagent.slack._envelope import Delivery
from sagent.slack._guest_list import GuestList
from sagent.slack._heard import Heard, Place, Pressed, Reacted, Said, SharedFile
from sagent.slack._hiring import Hiring
from sagent.slack._inquiry import Inquiries
from sagent.slack._keeper import Keeper
from sagent.slack._manifest import Colleague
from sagent.slack._mrkdwn import escape, unescape
from sagent.slack._routing import Guide, Halt, Ignore, Obey, Tell, route
from sagent.slack._seen import Seen

MOST_WAITING = 1_000
"""How much is heard ahead; what finds no room is not acknowledged, and Slack brings it again."""
STATUS_S = 1.0
"""How long an agent may take to say what it is at."""
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
        keeper: writes the book down when it has changed.
        router_log: the id of the channel where it tells what it does; "" for nowhere.
    """

    _bot: str = attrs.field(alias="bot")
    _guests: GuestList = attrs.field(alias="guests")
    _book: Book = attrs.field(alias="book")
    _board: Board = attrs.field(alias="board")
    _hiring: Hiring = attrs.field(alias="hiring")
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

    def __attrs_post_init__(self) -> None:
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
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keeper.keep)
            async for heard in self._heard:
                try:
                    self._heed(heard, nursery)
                except Exception:  # noqa: BLE001  # whatever it is, it must not end the agents
                    _log.exception("something was not heeded, for a reason that is sagent's own")

    def _heed(self, heard: Heard, nursery: trio.Nursery) -> None:
        if self._guests.admits(heard):
            self._act(heard, nursery)
        else:
            self._note_stranger(heard, nursery)

    def _act(self, heard: Heard, nursery: trio.Nursery) -> None:
        if isinstance(heard, Pressed):
            if not self._inquiries.press(heard):
                place = Place(channel=heard.channel, thread=heard.thread)
                self._start(self._board.whisper(place, heard.user, _TOO_LATE), nursery)
            return
        match route(heard, self._book.roster(self._bot)):
            case Tell() as told:
                self._tell(told, heard, nursery)
            case Halt(label=label, place=place):
                if (conversation := self._conversations.get((label, place))) is not None:
                    conversation.halt()
            case Obey(command=command):
                assert isinstance(heard, Said), "nobody commands with an emoji"
                self._start(self._obey(command, heard), nursery)
            case Guide():
                assert isinstance(heard, Said), "an emoji needs no guidance"
                place = Place(channel=heard.channel, thread=heard.thread)
                self._start(
                    self._board.whisper(place, heard.user, guidance(self._book.colleagues)), nursery
                )
            case Ignore():
                pass

    def _tell(self, told: Tell, heard: Said | Reacted, nursery: trio.Nursery) -> None:
        files: tuple[SharedFile, ...] = ()
        if isinstance(heard, Said):
            words = unescape(told.text)
            if self._inquiries.reply(told.label, told.place, words, heard.user):
                return
            files = heard.files
        word = Word(text=told.text, files=files, user=heard.user)
        self._say((told.label, told.place), word, nursery)

    def _say(self, key: TalkKey, word: Word, nursery: trio.Nursery) -> None:
        """Let an agent hear *word*, which brings it to its thread if it is not there."""
        label, place = key
        colleague = self._book.colleagues.get(label)
        if colleague is None:
            return  # it has left meanwhile
        talk = self._book.talk(label, place)
        self._keeper.note_change()
        conversation = self._conversations.get(key)
        if conversation is None:
            conversation = Conversation(colleague, talk, self._board, self._hiring, self._inquiries)
            self._conversations[key] = conversation
            nursery.start_soon(self._live, key, conversation, nursery)
        if not conversation.say(word):
            text = f"{label} has not got to what was said before: say it again later"
            self._start(self._board.whisper(place, word.user, text), nursery)

    async def _live(self, key: TalkKey, conversation: Conversation, nursery: trio.Nursery) -> None:
        try:
            await conversation.live()
        finally:
            if self._conversations.get(key) is conversation:
                del self._conversations[key]
        for word in conversation.unheard():
            self._say(key, word, nursery)

    async def _obey(self, command: Command, said: Said) -> None:
        place = said.place
        match command:
            case Create():
                try:
                    text = await self._create(command, place)
                except SagentError as error:
                    text = f"❌ {escape(str(error))}"
            case ListAgents():
                text = await self._list()
            case StopAgent(label=label):
                text = self._stop(label)
            case Help(complaint=complaint):
                text = f"{complaint}\n{USAGE}" if complaint else USAGE
            case _:
                assert_never(command)
        await self._board.post(place, text)
        if isinstance(command, Create | StopAgent):
            await self._report(f"<@{said.user}>: {text}")

    async def _create(self, create: Create, place: Place) -> str:
        label, channel = create.label, create.log_channel
        if label in self._book.colleagues:
            return f"there is a {label} already: choose another name, or `stop {label}` first"
        if channel and not self._guests.admits_channel(channel):
            return f"<#{channel}> is not on the list of channels: start me with --allow-channel"
        if owner := self._book.roster(self._bot).channels.get(channel):
            return f"<#{channel}> is {owner}'s own: choose another channel"
        await self._hiring.persona(create.persona)  # so that a broken one is told now
        self._book.colleagues[label] = Colleague(
            label=label, persona=create.persona, log_channel=channel
        )
        if place.thread:
            self._book.talk(label, place)
        self._keeper.note_change()
        own = f", in <#{channel}> without it," if channel else ""
        return f"*{label}* is here: say `{label}: ...`{own} or go on in this thread"

    async def _list(self) -> str:
        if not self._book.colleagues:
            return "there is nobody here yet: `create PERSONA [as NAME]`"
        lines: list[str] = []
        for one in list(self._book.colleagues.values()):
            role = f" ({one.persona})" if one.persona != one.label else ""
            own = f" in <#{one.log_channel}>" if one.log_channel else ""
            lines.append(f"• *{one.label}*{role}{own}: {await self._state_of(one.label)}")
        return "\n".join(lines)

    async def _state_of(self, label: str) -> str:
        refs = [
            conversation.ref
            for (whose, _), conversation in list(self._conversations.items())
            if whose == label and conversation.ref is not None
        ]
        states: list[str] = []
        with trio.move_on_after(STATUS_S):
            for ref in refs:
                try:
                    status = await ref.ask(GetStatus(), lane="front")
                except ActorError:
                    continue  # it has ended meanwhile
                doing = f" at {status.task}" if status.phase != "idle" else ""
                states.append(f"{status.phase}{doing}, ${status.cost_usd:.2f}")
        threads = sum(key[0] == label for key in self._book.talks)
        return escape("; ".join([f"{threads} thread{'' if threads == 1 else 's'}", *states]))

    def _stop(self, label: str) -> str:
        if label not in self._book.colleagues:
            known = ", ".join(self._book.colleagues) or "nobody"
            return f"there is no {label}; there is {known}"
        for key in [key for key in self._conversations if key[0] == label]:
            self._conversations.pop(key).end()
        self._book.remove(label)
        self._keeper.note_change()
        return f"*{label}* has left; what was said stays in its sessions"

    def _note_stranger(self, heard: Heard, nursery: trio.Nursery) -> None:
        who = f"<@{heard.user}> in <#{heard.channel}>"
        if who not in self._strangers and len(self._strangers) < MOST_WAITING:
            self._strangers.add(who)
            self._start(self._report(f"not heeded, since not on the lists: {who}"), nursery)

    async def _report(self, text: str) -> None:
        if self._router_log:
            await self._board.post(Place(channel=self._router_log), text)

    def _start(self, work: Awaitable[None], nursery: trio.Nursery) -> None:
        nursery.start_soon(partial(self._bear, work))

    async def _bear(self, work: Awaitable[None]) -> None:
        """Do *work*; what goes wrong with it is nobody else's."""
        try:
            await work
        except SagentError as error:
            _log.warning("something was not done: %s", error)
        except Exception:  # noqa: BLE001  # whatever it is, it must not end the agents
            _log.exception("something was not done, for a reason that is sagent's own")
