"""The agent as an actor: the only place where a turn waits."""

import logging
import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack
from typing import assert_never

import trio

from sagent.actors import Actor, Exit, Inbox
from sagent.agent._audience import Audience
from sagent.agent._background import lost_message
from sagent.agent._blueprint import Blueprint
from sagent.agent._caller import ModelCaller
from sagent.agent._changed_files import ChangedFiles
from sagent.agent._contact import Contact
from sagent.agent._control import Control
from sagent.agent._desk import Desk, Taken
from sagent.agent._event import (
    Done,
    Emit,
    Failed,
    Notice,
    TurnBegan,
)
from sagent.agent._event import Interrupted as InterruptTold
from sagent.agent._family import Family
from sagent.agent._file_keeper import open_file_keeper
from sagent.agent._group import AGENTS
from sagent.agent._household import Standing
from sagent.agent._kinship import Kinship
from sagent.agent._large_results import LargeResults
from sagent.agent._mail import Inquiry, Mail, Prompt, Urgent
from sagent.agent._orders import Orders
from sagent.agent._post import News, Post
from sagent.agent._reminders import Reminders
from sagent.agent._state import AgentState
from sagent.agent._status import AgentStatus, Phase
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
from sagent.errors import BudgetExceededError, RoundLimitError, RunInterruptedError, SagentError
from sagent.message import Message, MultipartMessage, TextMessage
from sagent.tool import ResultFolder

_log = logging.getLogger(__name__)

DETACH_AFTER_S = 0.25
"""How long a user's message waits for the tools that run: most are done by then."""


class AgentActor(Actor[Mail]):
    """Drains its inbox into its history, asks its model, runs its tools, until all is answered."""

    def __init__(
        self,
        blueprint: Blueprint,
        begin: Callable[[], AgentState],
        *,
        emit: Emit,
        claim: AbstractContextManager[object],
        standing: Standing,
        farewell: Callable[[Exit], object] | None = None,
    ) -> None:
        self._blueprint = blueprint
        self._begin = begin
        self._claim = claim
        self._standing = standing
        self._say_farewell = farewell
        self._emit = emit
        self._turn = Turn()
        self._action: Action = Drain()
        self._in_turn = self._unsettled = False
        self._save_error = ""
        self._last: TextMessage | None = None
        """What was answered before there was nothing but news."""
        # Only while a turn is in hand; an idle agent is to be small.
        self._held: AsyncExitStack | None = None
        self._changed: trio.Event | None = None
        self._patience: trio.CancelScope | None = None
        self._interruption: trio.CancelScope | None = None

    async def started(self) -> None:
        """Take the history in hand."""
        self._kinship = Kinship(self._standing, self.context.ref)
        emit = self._kinship.report if self._kinship.is_told_all else self._emit
        self._audience = Audience(emit)
        async with AsyncExitStack() as stack:
            stack.enter_context(self._claim)
            self._state = self._begin()
            session = self._state.session
            self._results = ResultFolder.temporary() if session is None else session.results
            self._keeper = await open_file_keeper(
                stack, self._state, self._audience, root=self._blueprint.cwd
            )
            if self._state.session is not None:
                self._held = stack.pop_all()
        self.context.system.join(AGENTS, self.context.ref)

    async def run(self, inbox: Inbox[Mail]) -> None:
        """Take turns until told to stop."""
        self._post = Post(inbox)
        self._files = ChangedFiles(self._state.workspace, self._state.told_changes)
        reminders = Reminders(
            self._blueprint.rules, self._state.workspace.resolve, self._state.given_rules
        )
        self._caller = ModelCaller(
            self._blueprint,
            self._state,
            self._audience,
            self.context.system,
            reminders,
            self._standing.household,
        )
        self._tasks = self._new_tasks(reminders)
        self._desk = Desk(
            self.context.ref.path,
            self._post,
            Orders(self._state, self._caller, reminders, self._keeper, self._audience),
            self._audience,
            self.status,
            self._interrupt,
        )
        if self._standing.parent is not None:
            self._standing.household.enter(self.context.ref.path, self)
        await self._family.restore()
        try:
            with inbox.watched(self._on_front):
                while await self._post.wait():
                    await self._take_turn()
        finally:
            self._family.closing = True

    @property
    def busy(self) -> bool:
        """Whether it does something, or is about to."""
        waits = self._post.holds_any or self._family.busy
        return self._unsettled or waits or bool(self._tasks.unfinished())

    def _new_tasks(self, reminders: Reminders) -> Tasks:
        self._family = Family(
            self.context,
            self._blueprint,
            self._state,
            self._standing,
            self._audience.tell,
            lambda: self._desk.hops,
        )
        control = Control(self._state, self._post, self._audience, self.status, lambda: self._tasks)
        dispatcher = self._blueprint.dispatcher(
            self._state.workspace,
            control,
            self._family,
            people=Contact(
                self._state, self._audience, self._blueprint.name, self._blueprint.answerer
            ),
            reminders=reminders,
            before_change=self._before_change,
            large_results=LargeResults(self._results, lambda: self._state.model.context_window),
        )
        return Tasks(dispatcher, self.context.nursery, self._audience, self._finished)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # OTP's word
        """Let everybody's events end, and the history go, with a word on what never will."""
        self._standing.household.leave(self.context.ref.path)
        self._audience.close()
        self._give_up_tasks()
        if self._results.is_to_be_removed:
            await trio.to_thread.run_sync(self._results.remove)
        if self._held is not None:
            await self._held.aclose()
        if self._say_farewell is not None:
            self._say_farewell(exit)

    def status(self) -> AgentStatus:
        """Tell how the agent stands."""
        phase: Phase = "idle"
        if self._in_turn:
            phase = "working" if isinstance(self._action, RunTools) else "thinking"
        return self._state.status(
            name=self._blueprint.name,
            task=self._desk.task,
            phase=phase,
            tasks=self._tasks.background(),
        )

    async def _take_turn(self) -> None:
        self._in_turn = self._unsettled = True
        self._spent_before = self._state.spent
        answer = TextMessage("")
        failure: SagentError | None = None
        try:
            with trio.CancelScope() as interruption:
                self._interruption = interruption
                answer = await self._take_turn_in_time()
            if interruption.cancelled_caught:
                await self._audience.tell(InterruptTold())
                failure = RunInterruptedError("the turn was interrupted")
        except SagentError as error:
            failure = error
        finally:
            self._in_turn = False
            self._interruption = self._last = None
            self._tasks.cancel_foreground()
            self._feed(Interrupted(said=self._caller.take_unfinished()))
            rest = self._desk.take_rest()
            if rest.messages or rest.cleared:
                self._take_in(rest)
            self._state.note_place()
        await self._save()
        if failure is None and self._desk.prompts:
            await self._tell_done(answer)
        elif failure is not None and not isinstance(failure, RunInterruptedError):
            await self._tell_end(Failed(str(failure)))
        if failure is not None or answer.content or self._desk.prompts:
            self._kinship.answer(answer, failure, hops=self._desk.hops)
        self._desk.settle(answer, failure)
        self._unsettled = False

    async def _tell_done(self, answer: TextMessage) -> None:
        before, self._spent_before = self._spent_before, self._state.spent
        await self._tell_end(Done(answer, *self._state.spent_since(before)))

    async def _tell_end(self, event: Done | Failed) -> None:
        if self._kinship.is_told_all:
            await self._audience.tell(event)
        else:  # a run tells of its own end
            self._audience.show(event)

    async def _take_turn_in_time(self) -> TextMessage:
        budget, now = self._blueprint.budget, time.monotonic
        if budget is None:
            return await self._answer()
        left_s = budget.deadline(now()) - now()
        with trio.move_on_after(max(0, left_s)):  # it may be up before a turn begins
            return await self._answer()
        raise BudgetExceededError(
            f"the time of {self._blueprint.name}'s budget is up: allow more "
            "(--max-budget-seconds), or ask for less"
        )

    async def _answer(self) -> TextMessage:
        taken = await self._desk.drain()
        if not taken.messages:
            return TextMessage("")
        self._audience.show(TurnBegan(tuple(prompt.source for prompt in self._desk.prompts)))
        return await self._rounds(taken)

    async def _save(self) -> None:
        """Wait for the disk; what it does not take is told once."""
        await self._state.barrier()
        error, self._save_error = self._save_error, self._state.save_error
        if self._save_error and self._save_error != error:
            _log.warning("%s is not saved: %s", self.context.ref.path, self._save_error)
            await self._audience.tell(Notice(f"not saved yet: {self._save_error}"))

    async def _rounds(self, taken: Taken) -> TextMessage:
        self._turn = self._turn.after(max_rounds=self._blueprint.max_rounds)
        self._take_in(taken)
        while True:
            match self._action:
                case AskModel():
                    if self._files.any and not self._turn.continuations:
                        self._state.record(await self._files.news())
                    self._feed(Answered(await self._caller.respond(self._turn.output)))
                case RunTools(calls=calls):
                    await self._run_tools(calls)
                case Drain():
                    taken = await self._desk.drain()
                    self._last = self._last if taken.is_news_alone else None
                    self._take_in(taken)
                case Finish(answer=answer):
                    if await self._ends_with(answer):
                        return answer
                case Fail(error=error):
                    return await self._last_before(error)
                case Stay():
                    raise AssertionError(self._turn)  # it is never kept as what is to be done
                case _:
                    assert_never(self._action)

    async def _ends_with(self, answer: TextMessage) -> bool:
        """Take in what has come meanwhile, and tell whether *answer* is the last all the same."""
        self._desk.mark_answered()
        taken = await self._desk.drain()
        if not taken.messages:
            return not await self._brings_more()
        self._last = answer if taken.is_news_alone else None
        await self._go_on(taken, answer)
        return False

    async def _brings_more(self) -> bool:
        """Wait for what somebody who waits for the last word is to hear, if anything comes yet."""
        if not self._desk.until_idle:
            return False
        expects = self._turn.away or self._family.busy or self._family.others_busy
        return bool((expects or self._post.holds_any) and await self._post.wait())

    async def _last_before(self, error: SagentError) -> TextMessage:
        """Give the answer that stands, if only news was left to say something to."""
        if self._last is None or not isinstance(error, RoundLimitError):
            raise error
        await self._audience.tell(Notice(f"the last answer stands: {error}"))
        return self._last

    async def _go_on(self, taken: Taken, answer: TextMessage) -> None:
        """Answer those who have theirs, so that nobody waits for what others asked later."""
        answered = self._desk.release()
        if not self._desk.until_idle:
            self._turn = self._turn.after(max_rounds=self._blueprint.max_rounds)
        self._take_in(taken)
        try:
            await self._save()
        finally:
            if any(isinstance(asker.message, Prompt) for asker in answered):
                await self._tell_done(answer)
            for asker in answered:
                asker.reply(answer)

    async def _run_tools(self, calls: tuple[MultipartMessage, ...]) -> None:
        changed = self._changed = trio.Event()
        if away := self._tasks.start(calls):
            await self._detach(away)
        with trio.CancelScope() as self._patience:
            self._mind_users()
            await changed.wait()
        self._patience = self._changed = None
        if not changed.is_set():
            await self._detach(self._turn.open_calls)

    async def _detach(self, calls: tuple[MultipartMessage, ...]) -> None:
        self._feed(Detached(calls))
        for call in calls:
            self._state.note_task(call, "started")
        await self._tasks.detach(calls)

    async def _before_change(self, call: MultipartMessage) -> None:
        self._files.note_call(call)
        await self._state.barrier()
        if self._keeper is not None:
            await self._keeper.keep(call)

    def _finished(self, call: MultipartMessage, result: Message) -> None:
        news = self._feed(ToolFinished(call, result))
        if news is not None:
            self._post.put_news(News(call, news))

    def _feed(self, event: Event) -> Message | None:
        self._turn, step = self._turn.feed(event)
        self._state.record(step.record)
        if not isinstance(step.action, Stay):
            self._action = step.action
            if self._changed is not None:
                self._changed.set()
        return step.news

    def _take_in(self, taken: Taken) -> None:
        messages = tuple(taken.messages)
        self._turn = self._turn.giving(self._desk.output)
        self._feed(Cleared(messages) if taken.cleared else Prompted(messages))
        for call in taken.ended:  # only now, so that a crash before this loses nothing
            self._state.note_task(call, "ended")

    def _give_up_tasks(self) -> None:
        """Tell what the calls that run in the background come to: nothing will tell it later."""
        told = self._post.take_news()
        lost = [(call, lost_message(call)) for call in self._tasks.unfinished()]
        for call, message in (*((news.call, news.message) for news in told), *lost):
            self._state.record((message,))
            self._state.note_task(call, "ended")

    def _on_front(self, message: object) -> None:
        urgent = Urgent if self._in_turn else Inquiry
        if isinstance(message, urgent):  # to look through all for each would take long in a flood
            self._desk.look(urgent)
        self._mind_users()

    def _interrupt(self) -> None:
        if self._interruption is not None:
            self._interruption.cancel()

    def _mind_users(self) -> None:
        """Let a user who waits not wait for tools that take long."""
        patience = self._patience
        if patience is not None and self._post.inbox.in_front and patience.deadline == math.inf:
            patience.deadline = trio.current_time() + DETACH_AFTER_S
