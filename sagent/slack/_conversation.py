"""One agent in one thread, from the first word said to it until it ends."""

import logging
import math
from collections.abc import Callable
from functools import partial

import attrs
import trio

from sagent.actors import Ref
from sagent.agent import Failed, Interrupt, Mail, Prompt, Watch
from sagent.errors import ActorError, SagentError, SlackError
from sagent.slack._attachments import enclosure
from sagent.slack._board import Board
from sagent.slack._bulletin import Bulletin, Diary
from sagent.slack._heard import Place, SharedFile
from sagent.slack._hiring import Hiring, Means
from sagent.slack._inquiry import Inquirer, Inquiries
from sagent.slack._manifest import Colleague, Talk
from sagent.slack._mrkdwn import escape, unescape

MOST_WORDS = 100
"""How many messages wait for an agent that is being made; more are refused."""
MOST_EVENTS_HELD = 1_000
IDLE_S = 3_600.0
"""After how long without a word an agent leaves its thread; the next word brings it back."""

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Word:
    """Something that an agent is told.

    Attributes:
        text: as Slack gives it.
        files: what came with it.
        user: the id of who said it.
    """

    text: str
    files: tuple[SharedFile, ...] = ()
    user: str


@attrs.define(eq=False)
class Conversation:
    """One agent in one place.

    Args:
        colleague: who.
        talk: where.
        board: shows what it says.
        hiring: makes the agent.
        inquiries: where its questions wait.
        on_change: called when it begins to answer, and when it has.

    Attributes:
        ref: the agent; None while it is being made.
    """

    _colleague: Colleague
    _talk: Talk
    _board: Board
    _hiring: Hiring
    _inquiries: Inquiries
    _on_change: Callable[[], object]
    ref: Ref[Mail] | None = attrs.field(default=None, init=False)
    _has_failed: bool = attrs.field(default=False, init=False)
    _halts: int = attrs.field(default=0, init=False)
    """How often it was interrupted: what was said before is not passed on after."""
    _is_leaving: bool = attrs.field(default=False, init=False)
    _idle: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _is_preparing: bool = attrs.field(default=False, init=False)
    """Whether something that was said is on its way to the agent, with its files."""
    _scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    _bulletin: Bulletin = attrs.field(init=False)
    _send: trio.MemorySendChannel[Word] = attrs.field(init=False)
    _words: trio.MemoryReceiveChannel[Word] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._bulletin = Bulletin(self._board, self._talk.place, self._colleague.label)
        self._send, self._words = trio.open_memory_channel[Word](MOST_WORDS)

    def say(self, word: Word) -> bool:
        """Let the agent hear *word*, and tell whether there was room for it."""
        try:
            self._send.send_nowait(word)
        except trio.WouldBlock:
            return False
        return True

    def halt(self) -> str:
        """Interrupt what the agent does, and give up what it has not begun with.

        Where it answers nothing, it leaves the thread, and all that goes on below it ends. Gives
        what people are to be told; "" where the thread shows it.
        """
        label, had_begun = self._colleague.label, self._bulletin.is_cut
        given_up = bool(self.unheard()) or self._is_preparing
        self._halts += 1
        if self.ref is not None:
            self.ref.tell(Interrupt(), lane="front")
        if had_begun:
            return ""
        if given_up:
            return f"{label} had not begun, and will not"
        self._is_leaving = True
        self._idle.cancel()
        return f"{label} has left this thread, with all that ran below it; a word brings it back"

    @property
    def is_cut(self) -> bool:
        """Whether it answers something, and would be cut off."""
        return self._bulletin.is_cut

    def end(self) -> None:
        """Let it end."""
        self._scope.cancel()

    def unheard(self) -> tuple[Word, ...]:
        """Give what was said too late to be heard, once it has ended by itself."""
        words: list[Word] = []
        while not (self._scope.cancel_called or self._has_failed):
            try:
                words.append(self._words.receive_nowait())
            except trio.WouldBlock:
                break
        return tuple(words)

    async def live(self) -> None:
        """Live until it ends; what goes wrong is told in the thread, and is nobody else's."""
        try:
            with self._scope:
                await self._live()
        except SagentError as error:
            await self._fail(str(error))
        except Exception as error:  # noqa: BLE001  # whatever it is, it must not end the others
            _log.exception("the conversation of %s has failed", self._colleague.label)
            await self._fail(f"something is wrong with it ({type(error).__name__})")

    async def _live(self) -> None:
        place = self._talk.place
        means = Means(
            answerer=Inquirer(self._board, self._inquiries, place, self._colleague.label),
            share=partial(self._board.share, place),
        )
        failure: Exception | None = None
        async with self._hiring.hired(self._colleague, self._talk, means) as ref:
            self.ref = ref
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._bulletin.show)
                    nursery.start_soon(self._watch, ref, nursery)
                    try:
                        await self._listen(ref)
                    except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                        failure = error
                    nursery.cancel_scope.cancel()
            finally:
                self.ref = None
                await self._bulletin.close()
                self._on_change()
        if failure is not None:
            raise failure

    async def _listen(self, ref: Ref[Mail]) -> None:
        """Pass on what is said, until nothing was for long."""
        while not self._is_leaving:
            self._idle = trio.CancelScope(deadline=trio.current_time() + IDLE_S)
            with self._idle as idle:
                word = await self._words.receive()
                idle.deadline = math.inf
                await self._pass_on(word, ref)
            if idle.cancelled_caught and not self._bulletin.is_busy:
                return

    async def _pass_on(self, word: Word, ref: Ref[Mail]) -> None:
        halts, self._is_preparing = self._halts, True
        try:
            prompt = await self._prompt(word)
        finally:
            self._is_preparing = False
        if self._halts == halts:
            ref.tell(prompt, lane="front")

    async def _prompt(self, word: Word) -> Prompt:
        enclosed = await enclosure(self._board.api, word.files)
        text = unescape(word.text)
        label = text.splitlines()[0] if text else "files"
        told = f"<@{word.user}>: {text}"
        return Prompt(
            "\n".join(filter(None, (told, enclosed.text))),
            label=label,
            attachments=enclosed.attachments,
        )

    async def _watch(self, ref: Ref[Mail], nursery: trio.Nursery) -> None:
        """Show what happens to the agent, in all of its lives."""
        diary, was_cut = Diary(self._colleague.log_channel, self._talk.place), False
        try:
            while True:
                feed = await ref.ask(Watch(capacity=MOST_EVENTS_HELD), lane="front")
                if was_cut:
                    self._bulletin.hear(Failed("it has crashed, and is back with what was said"))
                async for event in feed:
                    self._bulletin.hear(event)
                    self._on_change()
                    if entry := diary.hear(event):
                        nursery.start_soon(self._log, entry)
                was_cut = self._bulletin.is_cut
        except ActorError:
            pass  # it has ended
        nursery.cancel_scope.cancel()

    async def _log(self, entry: str) -> None:
        channel = Place(channel=self._colleague.log_channel)
        try:
            await self._board.post(channel, entry, author=self._colleague.label)
        except SlackError as error:
            _log.warning("nothing is told in the channel of %s: %s", self._colleague.label, error)

    async def _fail(self, why: str) -> None:
        self._has_failed = True
        try:
            text = f"❌ {self._colleague.label} cannot go on: {escape(' '.join(why.split()))}"
            await self._board.post(self._talk.place, text)
        except SlackError as error:
            _log.warning("%s; and that cannot be told: %s", why, error)
