"""Where an agent takes its mail in, and answers it."""

import logging
from collections.abc import Callable
from typing import assert_never

import attrs

from sagent.actors import Envelope
from sagent.agent._audience import Audience
from sagent.agent._event import Notice
from sagent.agent._mail import (
    CancelTask,
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Prompt,
    Recompact,
    Rewind,
    SetEffort,
    SwapModel,
    Urgent,
    Watch,
)
from sagent.agent._orders import Order, Orders
from sagent.agent._output import Output
from sagent.agent._post import Post
from sagent.agent._status import AgentStatus
from sagent.errors import RunInterruptedError, SagentError
from sagent.message import Message, MultipartMessage, TextMessage

_log = logging.getLogger(__name__)

_TASK_CHARS = 80


@attrs.define
class Taken:
    """What a drain of the mail has brought.

    Attributes:
        messages: for the history, in order.
        ended: the background calls whose results are among them.
        cleared: whether the history is another one now.
        prompts: what agents and people have said.
    """

    messages: list[Message] = attrs.field(factory=list[Message], init=False)
    ended: list[MultipartMessage] = attrs.field(factory=list[MultipartMessage], init=False)
    cleared: bool = attrs.field(default=False, init=False)
    prompts: list[Prompt] = attrs.field(factory=list[Prompt], init=False)

    def hops(self, before: int) -> int:
        """Tell how often this was passed on from agent to agent, at most.

        What nobody has passed on, such as news of tools, is as what went *before* it.
        """
        if any(prompt.source is None for prompt in self.prompts):
            return 0
        return max((prompt.hops for prompt in self.prompts), default=0) or before

    @property
    def is_news_alone(self) -> bool:
        """Whether nobody but background calls has said anything."""
        return not self.cleared and len(self.messages) == len(self.ended)


@attrs.define(eq=False)
class Desk:
    """The one point at which an agent takes things in; what is urgent is seen beside it."""

    _path: str
    _post: Post
    _orders: Orders
    _audience: Audience
    _status: Callable[[], AgentStatus]
    _interrupt: Callable[[], object]
    _cancel_task: Callable[[str], bool]
    _note_person: Callable[[], object]
    """Called when somebody who is no agent has said something."""
    _waiting: list[Envelope[Mail]] = attrs.field(factory=list[Envelope[Mail]], init=False)
    _taken: Taken | None = attrs.field(default=None, init=False)
    """Only while a drain goes on; an idle agent is to be small."""
    _gave: bool = attrs.field(default=False, init=False)
    hops: int = attrs.field(default=0, init=False)
    """How often what was taken in last was passed on from agent to agent since a person spoke."""
    _answered: int = attrs.field(default=0, init=False)
    """How many of those who wait, from the first, could be answered already."""

    @property
    def _has_work(self) -> bool:
        """Whether there is anything in hand that could be interrupted."""
        return self._gave or (self._taken is not None and bool(self._taken.messages))

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """What the turn in hand answers."""
        mail = (asker.message for asker in self._waiting)
        return tuple(prompt for prompt in mail if isinstance(prompt, Prompt))

    @property
    def task(self) -> str:
        """What the turn in hand answers, in a line, cut short."""
        text = next((prompt.label or prompt.text for prompt in self.prompts), "")
        return next(iter(text.lstrip()[:_TASK_CHARS].splitlines()), "").rstrip()

    @property
    def output(self) -> Output | None:
        """The shape that the answer is to have."""
        return next((prompt.output for prompt in self.prompts if prompt.output), None)

    @property
    def until_idle(self) -> bool:
        """Whether somebody waits for what runs in the background, too."""
        return any(prompt.until_idle for prompt in self.prompts)

    async def drain(self) -> Taken:
        """Take in what has come, and carry out what is an order.

        What a cancelled drain had taken in is there for `take_rest`.
        """
        taken = self._taken = self._taken or Taken()
        for note in self._post.take_notes():
            await self._obey(Envelope(note, self._path), taken)
        while (envelope := self._post.take()) is not None:
            await self._obey(envelope, taken)
            if isinstance(envelope.message, Interrupt) and self._has_work:
                break  # what came after it is for the next turn
        for news in self._post.take_news():
            taken.messages.append(news.message)
            taken.ended.append(news.call)
        return self.take_rest()

    def take_rest(self) -> Taken:
        """Give what a drain has taken in and not given."""
        taken, self._taken = self._taken or Taken(), None
        self._gave = self._gave or bool(taken.messages)
        self.hops = taken.hops(self.hops)
        return taken

    def look(self, kind: type[Urgent]) -> None:
        """See what is of *kind* in the front lane, and do it."""
        while (envelope := self._post.inbox.select_nowait(kind)) is not None:
            urgent = envelope.message
            assert isinstance(urgent, Interrupt | CancelTask | GetStatus | Watch)  # all that are
            try:
                self._obey_at_once(urgent, envelope)
            except SagentError as error:
                envelope.fail(error)

    def mark_answered(self) -> None:
        """Take all who wait for those that the model has answered."""
        self._answered = len(self._waiting)

    def release(self) -> list[Envelope[Mail]]:
        """Give those that are answered, but for those who wait for the last word."""
        early, later = self._waiting[: self._answered], self._waiting[self._answered :]
        self._answered = 0
        self._waiting = [asker for asker in early if _waits_for_last(asker.message)] + later
        return [asker for asker in early if not _waits_for_last(asker.message)]

    def settle(self, answer: TextMessage, failure: SagentError | None) -> None:
        """Answer all that was taken in since the last time."""
        waiting, self._waiting = self._waiting, []
        self._gave, self._answered = False, 0
        if failure is None:
            for asker in waiting:
                asker.reply(answer)
            return
        if not any(asker.wants_reply for asker in waiting):
            _log.error("%s failed what it was told: %s", self._path, failure)
        for asker in waiting:
            asker.fail(failure)

    async def _obey(self, envelope: Envelope[Mail], taken: Taken) -> None:
        self._waiting.append(envelope)  # an interrupt may come before it is answered
        try:
            match envelope.message:
                case Prompt() as prompt:
                    taken.messages.append(prompt.message())
                    taken.prompts.append(prompt)
                    if prompt.source is None:
                        self._note_person()
                case (
                    Clear() | Compact() | Recompact() | Rewind() | SwapModel() | SetEffort()
                ) as order:
                    envelope.reply(await self._orders.carry_out(order))
                    if _replaces_history(order):
                        taken.messages.clear()
                        taken.cleared = True
                        if envelope.sender != self._path:  # its own note is part of its answer
                            self._dismiss()
                case Interrupt() if not self._has_work:
                    envelope.reply(None)  # what comes after it is not meant
                case Interrupt() | CancelTask() | GetStatus() | Watch() as urgent:
                    self._obey_at_once(urgent, envelope)
                case _:
                    assert_never(envelope.message)
        except SagentError as error:
            if not envelope.wants_reply:
                await self._audience.tell(Notice(str(error)))
            envelope.fail(error)

    def _dismiss(self) -> None:
        """Fail the prompts that went with the history."""
        answered, others = self._waiting[: self._answered], self._waiting[self._answered :]
        self._waiting = answered
        for asker in others:
            if not isinstance(asker.message, Prompt):
                self._waiting.append(asker)
                continue
            asker.fail(
                RunInterruptedError("the conversation was cleared before it was answered: ask anew")
            )

    def _obey_at_once[M](
        self, urgent: Interrupt | CancelTask | GetStatus | Watch, envelope: Envelope[M]
    ) -> None:
        match urgent:
            case Interrupt():
                self._interrupt()
                envelope.reply(None)
            case CancelTask(task_id=task_id):
                envelope.reply(self._cancel_task(task_id))
            case GetStatus():
                envelope.reply(self._status())
            case Watch(capacity=capacity):
                envelope.reply(self._audience.join(capacity))
            case _:
                assert_never(urgent)


def _waits_for_last(mail: Mail) -> bool:
    return isinstance(mail, Prompt) and mail.until_idle


def _replaces_history(order: Order) -> bool:
    return isinstance(order, Clear) or (isinstance(order, Rewind) and order.restore != "files")
