"""What the bot itself does when it is told: lets agents come and go, and says who is there."""

from collections.abc import MutableMapping
from typing import assert_never

import attrs
import trio

from sagent.agent import GetStatus
from sagent.errors import ActorError, SagentError
from sagent.slack._book import Book, TalkKey
from sagent.slack._command import USAGE, Command, Create, Help, ListAgents, StopAgent
from sagent.slack._conversation import Conversation
from sagent.slack._guest_list import GuestList
from sagent.slack._heard import Place
from sagent.slack._hiring import Hiring
from sagent.slack._keeper import Keeper
from sagent.slack._manifest import Colleague
from sagent.slack._mrkdwn import escape

STATUS_S = 1.0
"""How long an agent may take to say what it is at."""


@attrs.define(eq=False)
class FrontDesk:
    """Does what people tell the bot itself.

    Args:
        bot: its own user id.
        guests: where agents may be.
        book: which agents there are.
        hiring: finds out who they are.
        keeper: writes the book down when it has changed.
        conversations: those that go on; those of an agent that leaves are ended, and taken out.
    """

    _bot: str
    _guests: GuestList
    _book: Book
    _hiring: Hiring
    _keeper: Keeper
    _conversations: MutableMapping[TalkKey, Conversation]

    async def obey(self, command: Command, place: Place) -> str:
        """Do what *command* says, and give what is to be said about it."""
        match command:
            case Create():
                try:
                    return await self._create(command, place)
                except SagentError as error:
                    return f"❌ {escape(str(error))}"
            case ListAgents():
                return await self._list()
            case StopAgent(label=label):
                return self._stop(label)
            case Help(complaint=complaint):
                return f"{complaint}\n{USAGE}" if complaint else USAGE
            case _:
                assert_never(command)

    async def _create(self, create: Create, place: Place) -> str:
        await self._hiring.persona(create.persona)  # so that a broken one is told now
        label, channel = create.label, create.log_channel
        if label in self._book.colleagues:
            return f"there is a {label} already: choose another name, or `stop {label}` first"
        if channel and not self._guests.admits_channel(channel):
            return f"<#{channel}> is not on the list of channels: start me with --allow-channel"
        if owner := self._book.roster(self._bot).channels.get(channel):
            return f"<#{channel}> is {owner}'s own: choose another channel"
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
