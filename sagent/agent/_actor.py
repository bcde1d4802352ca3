"""The agent as an actor: its life, its mail, and who hears what comes of it."""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack

import trio

from sagent.actors import Actor, Envelope, Exit, Inbox
from sagent.agent._audience import Audience
from sagent.agent._blueprint import Blueprint
from sagent.agent._caller import ModelCaller
from sagent.agent._changed_files import ChangedFiles
from sagent.agent._consultation import Consultation
from sagent.agent._contact import Contact
from sagent.agent._control import Control
from sagent.agent._desk import Desk
from sagent.agent._event import Done, Emit, Failed, Interrupted, Notice
from sagent.agent._family import Family
from sagent.agent._file_keeper import open_file_keeper
from sagent.agent._group import AGENTS
from sagent.agent._household import Standing
from sagent.agent._kinship import Kinship
from sagent.agent._large_results import LargeResults
from sagent.agent._mail import Inquiry, Mail, Prompt, Urgent
from sagent.agent._messenger import Messenger
from sagent.agent._orders import Orders
from sagent.agent._post import Post
from sagent.agent._reminders import Reminders
from sagent.agent._rounds import Rounds
from sagent.agent._state import AgentState
from sagent.agent._status import AgentStatus, Phase
from sagent.agent._tasks import Tasks
from sagent.errors import RunInterruptedError, SagentError
from sagent.message import Message, MultipartMessage, TextMessage
from sagent.tool import ResultFolder

_log = logging.getLogger(__name__)

type Farewell = Callable[[Exit, str, int], object]
"""Is told how a life ended, at which path, and how often what it had in hand was passed on."""


class AgentActor(Actor[Mail]):
    """Takes a turn whenever its inbox brings something, until told to stop."""

    def __init__(
        self,
        blueprint: Blueprint,
        begin: Callable[[], AgentState],
        *,
        emit: Emit,
        claim: AbstractContextManager[object],
        standing: Standing,
        farewell: Farewell | None = None,
    ) -> None:
        self._blueprint = blueprint
        self._begin = begin
        self._claim = claim
        self._standing = standing
        self._say_farewell = farewell
        self._emit = emit
        self._in_turn = False
        self._unsettled = True  # until its children are back
        self._has_rounds = False
        # Only while a turn is in hand; an idle agent is to be small.
        self._held: AsyncExitStack | None = None
        self._interruption: trio.CancelScope | None = None
        self._last_status: AgentStatus | None = None

    async def started(self) -> None:
        """Take the history in hand."""
        self._kinship = Kinship(self._standing, self.context.ref)
        emit = self._kinship.report if self._kinship.is_told_all else self._emit
        self._audience = Audience(emit)
        async with AsyncExitStack() as stack:
            stack.enter_context(self._claim)
            self._state = self._begin()
            del self._claim, self._begin  # an idle agent is to be small
            session = self._state.session
            self._results = ResultFolder.temporary() if session is None else session.results
            self._keeper = await open_file_keeper(
                stack,
                self._state,
                self._audience,
                root=self._blueprint.cwd,
                limits=self._blueprint.checkpoints,
            )
            if self._state.session is not None:
                self._held = stack.pop_all()
        self.context.system.join(AGENTS, self.context.ref)

    async def run(self, inbox: Inbox[Mail]) -> None:
        """Take turns until told to stop."""
        self._post = Post(inbox)
        self._files = ChangedFiles(self._state.workspace, self._state.told_changes)
        self._rounds = self._new_rounds(
            Reminders(self._blueprint.rules, self._state.workspace.resolve, self._state.given_rules)
        )
        self._has_rounds = True
        if self._standing.parent is not None:
            self._standing.household.enter(self.context.ref.path, self)
        elif self._state.session is not None:
            known = self._state.session.transcript.state.starts or 0
            self._standing.household.go_on(known, self._state.note_starts)
        try:
            await self._family.restore()
            self._unsettled = False
            with inbox.watched(self._on_front):
                while await self._post.wait():
                    await self._take_turn()
        finally:
            self._family.closing = True

    @property
    def busy(self) -> bool:
        """Whether it does something, or is about to."""
        waits = self._post.holds_any or self._family.busy
        return self._unsettled or waits or bool(self._rounds.tasks.unfinished())

    def doing(self) -> str:
        """Tell what its turn waits for, and since when."""
        return self._rounds.doing() if self._in_turn and self._has_rounds else ""

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # OTP's word
        """Let everybody's events end, and the history go, with a word on what never will."""
        self._standing.household.leave(self.context.ref.path)
        self._audience.close()
        if self._has_rounds:  # not if its tools could not be bound
            self._rounds.close()
        if self._results.is_to_be_removed:
            await trio.to_thread.run_sync(self._results.remove)
        if self._held is not None:
            await self._held.aclose()
        if self._say_farewell is not None:
            hops = self._desk.hops if self._has_rounds else 0
            self._say_farewell(exit, self.context.ref.path, hops)
        # They refer back to their agent: it would be freed no sooner than cycles are looked for.
        self._last_status = self.status()
        del self._desk, self._family, self._rounds

    def status(self) -> AgentStatus:
        """Tell how the agent stands, or how it stood at its end."""
        if self._last_status is not None:
            return self._last_status
        phase: Phase = "idle"
        if self._in_turn:
            phase = "working" if self._rounds.runs_tools else "thinking"
        return self._state.status(
            name=self._blueprint.name,
            task=self._desk.task,
            phase=phase,
            tasks=self._rounds.tasks.background(),
        )

    def _new_rounds(self, reminders: Reminders) -> Rounds:
        state, audience, household = self._state, self._audience, self._standing.household
        caller = ModelCaller(
            self._blueprint, state, audience, self.context.system, reminders, household
        )
        self._desk = Desk(
            self.context.ref.path,
            self._post,
            Orders(state, caller, reminders, self._keeper, audience),
            audience,
            self.status,
            self._interrupt,
            self._cancel_task,
            household.note_person,
        )
        self._family = Family(
            self.context,
            self._blueprint,
            state,
            self._standing,
            audience.tell,
            Messenger(self.context, self._standing, lambda: self._desk.hops),
        )
        return Rounds(
            self._blueprint,
            state,
            self._post,
            self._desk,
            caller,
            self._new_tasks(reminders, Consultation(state, caller)),
            self._family,
            self._files,
            audience,
            self._give,
        )

    def _cancel_task(self, task_id: str) -> bool:
        return self._rounds.tasks.cancel(task_id)

    def _new_tasks(self, reminders: Reminders, counsel: Consultation) -> Tasks:
        state, audience, blueprint = self._state, self._audience, self._blueprint
        dispatcher = blueprint.dispatcher(
            state.workspace,
            Control(state, self._post, audience, self.status, lambda: self._rounds.tasks),
            self._family,
            counsel=counsel,
            people=Contact(state, audience, blueprint.name, blueprint.answerer),
            reminders=reminders,
            before_change=self._before_change,
            large_results=LargeResults(self._results, lambda: state.model.context_window),
        )
        return Tasks(
            dispatcher,
            self.context.nursery,
            audience,
            self._finished,
        )

    async def _take_turn(self) -> None:
        self._in_turn = self._unsettled = True
        self._spent_before = self._state.spent
        answer = TextMessage("")
        failure: SagentError | None = None
        interruption = self._interruption = trio.CancelScope()
        try:
            with interruption:
                answer = await self._rounds.answer()
            if interruption.cancelled_caught and self._rounds.standing is not None:
                answer = self._rounds.standing
            elif interruption.cancelled_caught:
                await self._audience.tell(Interrupted())
                failure = RunInterruptedError("the turn was interrupted")
        except SagentError as error:
            failure = error
        finally:
            self._in_turn = False
            self._interruption = None
            self._rounds.end(_cause(interruption, failure))
            self._state.journal.note_place(self._state.workspace, self._state.told_changes)
            self._state.note_share()
        await self._save()
        if failure is None and self._desk.prompts:
            await self._tell_done(answer)
        elif failure is not None and not isinstance(failure, RunInterruptedError):
            await self._tell_end(Failed(str(failure)))
        says = failure is not None or answer.content or self._desk.prompts
        self._desk.settle(answer, failure)
        if says:
            await self._kinship.answer(answer, failure, hops=self._desk.hops)
        self._unsettled = False
        self._standing.household.note_rest()

    async def _give(self, answer: TextMessage, askers: Sequence[Envelope[Mail]]) -> None:
        """Give *answer* to some, while the turn goes on for others."""
        try:
            await self._save()
            if any(isinstance(asker.message, Prompt) for asker in askers):
                await self._tell_done(answer)
        finally:
            for asker in askers:
                asker.reply(answer)

    async def _tell_done(self, answer: TextMessage) -> None:
        before, self._spent_before = self._spent_before, self._state.spent
        await self._tell_end(Done(answer, *self._state.spent_since(before)))

    async def _tell_end(self, event: Done | Failed) -> None:
        if self._kinship.is_told_all:
            await self._audience.tell(event)
        else:  # a run tells of its own end
            self._audience.show(event)

    async def _save(self) -> None:
        """Wait for the disk; what it does not take is told once."""
        journal = self._state.journal
        await journal.barrier()
        if trouble := journal.take_trouble():
            _log.warning("%s is not saved: %s", self.context.ref.path, trouble)
            await self._audience.tell(Notice(f"not saved yet: {trouble}"))

    async def _before_change(self, call: MultipartMessage) -> None:
        self._files.note_call(call)
        await self._state.journal.barrier()
        if self._keeper is not None:
            await self._keeper.keep(call)

    def _finished(self, call: MultipartMessage, result: Message) -> None:
        self._rounds.finish(call, result)

    def _on_front(self, message: object) -> None:
        urgent = Urgent if self._in_turn else Inquiry
        if isinstance(message, urgent):  # to look through all for each would take long in a flood
            self._desk.look(urgent)
        self._rounds.mind_users()

    def _interrupt(self) -> None:
        if self._interruption is not None:
            self._interruption.cancel()


def _cause(interruption: trio.CancelScope, failure: SagentError | None) -> str:
    """Say who has cut an answer short, if one was."""
    if interruption.cancelled_caught:
        return "the user"
    return "the end of the agent" if failure is None else "an error"
