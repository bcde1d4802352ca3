"""The agent as an actor: the only place where a turn waits."""

import logging
import math
from typing import assert_never

import attrs
import trio

from sagent.actors import Actor, Envelope, Exit, Inbox
from sagent.agent._audience import Audience
from sagent.agent._blueprint import Blueprint
from sagent.agent._caller import ModelCaller
from sagent.agent._control import Control
from sagent.agent._event import Emit, Notice
from sagent.agent._event import Interrupted as InterruptTold
from sagent.agent._mail import (
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Prompt,
    Recompact,
    SwapModel,
    Urgent,
    Watch,
)
from sagent.agent._post import Post
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
from sagent.errors import RunInterruptedError, SagentError
from sagent.message import Message, MultipartMessage, TextMessage

_log = logging.getLogger(__name__)

DETACH_AFTER_S = 0.25
"""How long a user's message waits for the tools that run: most are done by then."""


@attrs.define
class _Taken:
    """What a drain of the inbox has brought."""

    messages: list[Message] = attrs.field(factory=list[Message], init=False)
    cleared: bool = attrs.field(default=False, init=False)


class AgentActor(Actor[Mail]):
    """Drains its inbox into its history, asks its model, runs its tools, until all is answered."""

    def __init__(self, blueprint: Blueprint, state: AgentState, emit: Emit) -> None:
        self._blueprint = blueprint
        self._state = state
        self._audience = Audience(emit)
        self._turn = Turn()
        self._action: Action = Drain()
        self._waiting: list[Envelope[Mail]] = []
        self._in_turn = False
        self._until_idle = False
        self._changed = trio.Event()
        self._patience = trio.CancelScope()
        self._interruption = trio.CancelScope()

    async def run(self, inbox: Inbox[Mail]) -> None:
        """Take turns until told to stop."""
        self._post = Post(inbox)
        self._caller = ModelCaller(
            self._blueprint, self._state, self._audience, self.context.system
        )
        control = Control(self._state, self._post, self._audience, self.status, lambda: self._tasks)
        self._tasks = Tasks(
            self._blueprint.dispatcher(self._state.workspace, control, self._before_change),
            self.context.nursery,
            self._audience.tell,
            self._finished,
        )
        with inbox.watched(self._on_front):
            while await self._post.wait():
                await self._take_turn()

    async def stopped(self, exit: Exit) -> None:  # noqa: A002, ARG002  # OTP's word; any exit
        """Let everybody's events end."""
        self._audience.close()

    def status(self) -> AgentStatus:
        """Tell how the agent stands."""
        phase: Phase = "idle"
        if self._in_turn:
            phase = "working" if isinstance(self._action, RunTools) else "thinking"
        return self._state.status(
            name=self._blueprint.name, phase=phase, tasks=self._tasks.background()
        )

    async def _take_turn(self) -> None:
        self._waiting, self._until_idle, self._in_turn = [], False, True
        answer = TextMessage("")
        failure: SagentError | None = None
        try:
            with trio.CancelScope() as self._interruption:
                taken = await self._drain()
                if taken.messages:
                    answer = await self._rounds(tuple(taken.messages))
            if self._interruption.cancelled_caught:
                await self._audience.tell(InterruptTold())
                failure = RunInterruptedError("the turn was interrupted")
        except SagentError as error:
            failure = error
        finally:
            self._in_turn = False
            self._tasks.cancel_foreground()
            self._feed(Interrupted(said=self._caller.take_unfinished()))
        self._settle(answer, failure)

    def _settle(self, answer: TextMessage, failure: SagentError | None) -> None:
        if failure is None:
            for asker in self._waiting:
                asker.reply(answer)
            return
        if not any(asker.wants_reply for asker in self._waiting):
            _log.error("%s failed what it was told: %s", self.context.ref.path, failure)
        for asker in self._waiting:
            asker.fail(failure)

    async def _rounds(self, messages: tuple[Message, ...]) -> TextMessage:
        prompts = [asker.message for asker in self._waiting]
        outputs = [prompt.output for prompt in prompts if isinstance(prompt, Prompt)]
        self._turn = self._turn.after(
            max_rounds=self._blueprint.max_rounds, output=next(filter(None, outputs), None)
        )
        self._feed(Prompted(messages))
        while True:
            match self._action:
                case AskModel():
                    self._feed(Answered(await self._caller.respond(self._turn.output)))
                case RunTools(calls=calls):
                    await self._run_tools(calls)
                case Drain():
                    taken = await self._drain()
                    more = tuple(taken.messages)
                    self._feed(Cleared(more) if taken.cleared else Prompted(more))
                case Finish(answer=answer):
                    if news := (await self._drain()).messages:
                        self._feed(Prompted(tuple(news)))
                    elif not (self._until_idle and self._turn.away and await self._post.wait()):
                        return answer
                case Fail(error=error):
                    raise error
                case Stay():
                    raise AssertionError(self._turn)  # it is never kept as what is to be done
                case _:
                    assert_never(self._action)

    async def _run_tools(self, calls: tuple[MultipartMessage, ...]) -> None:
        self._changed = trio.Event()
        if away := self._tasks.start(calls):
            await self._detach(away)
        with trio.CancelScope() as self._patience:
            self._mind_users()
            await self._changed.wait()
        if not self._changed.is_set():
            await self._detach(self._turn.open_calls)

    async def _detach(self, calls: tuple[MultipartMessage, ...]) -> None:
        self._feed(Detached(calls))
        await self._tasks.detach(calls)

    async def _before_change(self, _: MultipartMessage) -> None:
        await self._state.barrier()

    def _finished(self, call: MultipartMessage, result: Message) -> None:
        self._feed(ToolFinished(call, result))

    def _feed(self, event: Event) -> None:
        self._turn, step = self._turn.feed(event)
        self._state.record(step.record)
        if step.news is not None:
            self._post.put_news(step.news)
        if not isinstance(step.action, Stay):
            self._action = step.action
            self._changed.set()

    async def _drain(self) -> _Taken:
        """Take in what has come: the one point where an agent does so."""
        taken = _Taken()
        for note in self._post.take_notes():
            await self._obey(Envelope(note, self.context.ref.path), taken)
        for envelope in self._post.take():
            await self._obey(envelope, taken)
        taken.messages += self._post.take_news()
        return taken

    async def _obey(self, envelope: Envelope[Mail], taken: _Taken) -> None:
        try:
            match envelope.message:
                case Prompt() as prompt:
                    self._waiting.append(envelope)
                    self._until_idle |= prompt.until_idle
                    taken.messages.append(prompt.message())
                    return
                case Clear():
                    self._state.clear()
                    taken.messages.clear()
                    taken.cleared = True
                    envelope.reply(None)
                case Compact(instructions=instructions):
                    shortener = self._caller.shortener
                    envelope.reply(await shortener.compact(instructions, why="asked for"))
                case Recompact(instructions=instructions):
                    envelope.reply(await self._caller.shortener.recompact(instructions))
                case SwapModel(model=model):
                    await self._caller.swap(model)
                    envelope.reply(None)
                case Interrupt() | GetStatus() | Watch() as urgent:
                    self._obey_at_once(urgent, envelope)
                case _:
                    assert_never(envelope.message)
        except SagentError as error:
            if not envelope.wants_reply:
                await self._audience.tell(Notice(str(error)))
            envelope.fail(error)

    def _on_front(self) -> None:
        while (envelope := self._post.inbox.select_nowait(Urgent)) is not None:
            urgent = envelope.message
            assert isinstance(urgent, Interrupt | GetStatus | Watch)  # all that are
            try:
                self._obey_at_once(urgent, envelope)
            except SagentError as error:
                envelope.fail(error)
        self._mind_users()

    def _obey_at_once[M](
        self, urgent: Interrupt | GetStatus | Watch, envelope: Envelope[M]
    ) -> None:
        match urgent:
            case Interrupt():
                self._interruption.cancel()
                envelope.reply(None)
            case GetStatus():
                envelope.reply(self.status())
            case Watch(capacity=capacity):
                envelope.reply(self._audience.join(capacity))
            case _:
                assert_never(urgent)

    def _mind_users(self) -> None:
        """Let a user who waits not wait for tools that take long."""
        if self._post.inbox.in_front and self._patience.deadline == math.inf:
            self._patience.deadline = trio.current_time() + DETACH_AFTER_S
