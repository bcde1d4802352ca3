"""The turn in hand, and the only place where it waits: for mail, for its model, for tools."""

import math
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import assert_never

import attrs
import trio

from sagent.actors import Envelope
from sagent.agent._audience import Audience
from sagent.agent._background import lost_message
from sagent.agent._blueprint import Blueprint
from sagent.agent._caller import ModelCaller
from sagent.agent._changed_files import ChangedFiles
from sagent.agent._desk import Desk, Taken
from sagent.agent._event import Notice, TurnBegan
from sagent.agent._family import Family
from sagent.agent._mail import Mail
from sagent.agent._post import News, Post
from sagent.agent._state import AgentState
from sagent.agent._step import (
    Action,
    Answered,
    AskModel,
    Cleared,
    Detached,
    Drain,
    Event,
    Fail,
    Finish,
    Interrupted,
    Prompted,
    RunTools,
    Stay,
    ToolFinished,
)
from sagent.agent._tasks import Tasks
from sagent.agent._turn import Turn
from sagent.errors import BudgetExceededError, RoundLimitError, SagentError
from sagent.message import Message, MultipartMessage, TextMessage

DETACH_AFTER_S = 0.25
"""How long a user's message waits for the tools that run: most are done by then."""

type Give = Callable[[TextMessage, Sequence[Envelope[Mail]]], Awaitable[None]]
"""Saves an answer and gives it to those who have asked for it, while the turn goes on."""


@attrs.define(eq=False)
class Rounds:
    """Does what a `Turn` says comes next, and tells it what came of that; turn after turn.

    Attributes:
        tasks: the tool calls that run: this turn's, and in the background earlier ones', too.
    """

    _blueprint: Blueprint
    _state: AgentState
    _post: Post
    _desk: Desk
    _caller: ModelCaller
    tasks: Tasks
    _family: Family
    _files: ChangedFiles
    _audience: Audience
    _give: Give
    _turn: Turn = attrs.field(factory=Turn, init=False)
    _action: Action = attrs.field(factory=Drain, init=False)
    _since: float = attrs.field(default=0.0, init=False)
    _last: TextMessage | None = attrs.field(default=None, init=False)
    """What was answered before there was nothing but news."""
    standing: TextMessage | None = attrs.field(default=None, init=False)
    """What was answered, while it is waited for what may bring more."""
    # Only while tools run; an idle agent is to be small.
    _changed: trio.Event | None = attrs.field(default=None, init=False)
    _patience: trio.CancelScope | None = attrs.field(default=None, init=False)

    @property
    def runs_tools(self) -> bool:
        """Whether what is done now is to run tools."""
        return isinstance(self._action, RunTools)

    def doing(self) -> str:
        """Say what the turn waits for, and for how long it has."""
        match self._action:
            case AskModel():
                what = f"asks {self._state.model.model_id}"
            case RunTools():
                what = f"runs {', '.join(self.tasks.foreground())}"
            case Drain() | Finish() | Fail() | Stay():
                what = "waits for the background" if self.standing else "takes in what has come"
            case _:
                assert_never(self._action)
        return f"{what} for {trio.current_time() - self._since:.3g} s"

    async def answer(self) -> TextMessage:
        """Take in what has come, and give what the model says to it at last; "" to nothing.

        Raises:
            BudgetExceededError: the time of the agent's budget is up.
            SagentError: the turn cannot go on.
        """
        budget, now = self._blueprint.budget, time.monotonic
        left_s = math.inf if budget is None else budget.deadline(now()) - now()
        if left_s == math.inf:
            return await self._answer()
        with trio.move_on_after(max(0, left_s)):  # it may be up before a turn begins
            return await self._answer()
        raise BudgetExceededError(
            f"the time of {self._blueprint.name}'s budget is up: allow more "
            "(--max-budget-seconds), or ask for less"
        )

    def finish(self, call: MultipartMessage, result: Message) -> None:
        """Take in that *call*, of this turn or an earlier one, gave *result*."""
        news = self._feed(ToolFinished(call, result))
        if news is not None:
            self._post.put_news(News(call, news))

    def end(self, cause: str) -> None:
        """Leave the history whole, wherever the turn stands; what is in the background goes on.

        Where it stands in the midst of an answer, *cause* has cut that short.
        """
        self._last = self.standing = None
        self.tasks.cancel_foreground()
        self._feed(Interrupted(self._caller.take_unfinished(), cause))
        rest = self._desk.take_rest()
        if rest.messages or rest.cleared:
            self._take_in(rest)

    def close(self) -> None:
        """Tell what the calls that run in the background come to: nothing will tell it later."""
        told = self._post.take_news()
        lost = [(call, lost_message(call)) for call in self.tasks.unfinished()]
        for call, message in (*((news.call, news.message) for news in told), *lost):
            self._state.record((message,))
            self._state.journal.note_task(call, "ended")
        self._caller.close()

    def mind_users(self) -> None:
        """Let a user who waits not wait for tools that take long."""
        patience = self._patience
        if patience is not None and self._post.inbox.in_front and patience.deadline == math.inf:
            patience.deadline = trio.current_time() + DETACH_AFTER_S

    async def _answer(self) -> TextMessage:
        self._since = trio.current_time()
        taken = await self._desk.drain()
        if not taken.messages:
            return TextMessage("")
        self._audience.show(TurnBegan(tuple(prompt.source for prompt in self._desk.prompts)))
        self._turn = self._turn.after(max_rounds=self._blueprint.max_rounds)
        self._take_in(taken)
        del taken  # a thousand that wait for their models need not hold on to it
        while True:
            answer = await self._go_on()
            if answer is not None:
                return answer

    async def _go_on(self) -> TextMessage | None:
        """Do what comes next, and give the answer if it is the last."""
        match self._action:
            case AskModel():
                await self._ask()
            case RunTools(calls=calls):
                await self._run_tools(calls)
            case Drain():
                taken = await self._desk.drain()
                self._last = self._last if taken.is_news_alone else None
                self._take_in(taken)
            case Finish(answer=answer):
                return answer if await self._ends_with(answer) else None
            case Fail(error=error):
                return await self._last_before(error)
            case Stay():
                raise AssertionError(self._turn)  # it is never kept as what is to be done
            case _:
                assert_never(self._action)
        return None

    async def _ask(self) -> None:
        if self._files.any and not self._turn.continuations:
            self._state.record(await self._files.news())
        self._feed(Answered(await self._caller.respond(self._turn.output)))

    async def _ends_with(self, answer: TextMessage) -> bool:
        """Take in what has come meanwhile, and tell whether *answer* is the last all the same."""
        self._desk.mark_answered()
        taken = await self._desk.drain()
        if not taken.messages:
            self.standing = answer
            brings_more = await self._brings_more()
            self.standing = None
            return not brings_more
        self._last = answer if taken.is_news_alone else None
        await self._answer_more(taken, answer)
        return False

    async def _brings_more(self) -> bool:
        """Wait for what somebody who waits for the last word is to hear, if anything comes yet."""
        if not self._desk.until_idle:
            return False
        with self._family.watched(self._post.inbox.wake):
            return await self._post.wait_while(self._expects_more)

    def _expects_more(self) -> bool:
        return bool(self._turn.away) or self._family.busy or self._family.others_busy

    async def _last_before(self, error: SagentError) -> TextMessage:
        """Give the answer that stands, if only news was left to say something to."""
        if self._last is None or not isinstance(error, RoundLimitError):
            raise error
        await self._audience.tell(Notice(f"the last answer stands: {error}"))
        return self._last

    async def _answer_more(self, taken: Taken, answer: TextMessage) -> None:
        """Answer those who have theirs, so that nobody waits for what others asked later."""
        answered = self._desk.release()
        if not self._desk.until_idle:
            self._turn = self._turn.after(max_rounds=self._blueprint.max_rounds)
        self._take_in(taken)
        await self._give(answer, answered)

    async def _run_tools(self, calls: tuple[MultipartMessage, ...]) -> None:
        changed = self._changed = trio.Event()
        if away := self.tasks.start(calls):
            await self._detach(away)
        with trio.CancelScope() as self._patience:
            self.mind_users()
            await changed.wait()
        self._patience = self._changed = None
        if not changed.is_set():
            await self._detach(self._turn.open_calls)

    async def _detach(self, calls: tuple[MultipartMessage, ...]) -> None:
        self._feed(Detached(calls))
        for call in calls:
            self._state.journal.note_task(call, "started")
        await self.tasks.detach(calls)

    def _feed(self, event: Event) -> Message | None:
        self._turn, step = self._turn.feed(event)
        self._state.record(step.record)
        if not isinstance(step.action, Stay):
            self._action = step.action
            self._since = trio.current_time()
            if self._changed is not None:
                self._changed.set()
        return step.news

    def _take_in(self, taken: Taken) -> None:
        messages = tuple(taken.messages)
        for file in (file for prompt in taken.prompts for file in prompt.seen):
            self._state.workspace.saw(file.path, file.stamp, file.content)
        self._turn = self._turn.giving(self._desk.output)
        self._feed(Cleared(messages) if taken.cleared else Prompted(messages))
        for call in taken.ended:  # only now, so that a crash before this loses nothing
            self._state.journal.note_task(call, "ended")
