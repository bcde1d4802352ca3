"""The agent as an actor: the only place where a turn waits."""

import logging
from typing import assert_never

import attrs
import trio

from sagent.actors import Actor, Envelope, Inbox
from sagent.agent._dispatch import Dispatcher
from sagent.agent._event import Emit, Responded, Text, Thinking
from sagent.agent._event import Retrying as RetryTold
from sagent.agent._mail import Prompt
from sagent.agent._state import AgentState
from sagent.agent._turn import (
    Action,
    Answered,
    AskModel,
    AwaitTools,
    Drain,
    Event,
    Fail,
    Finish,
    Interrupted,
    Prompted,
    RunTools,
    ToolFinished,
    Turn,
)
from sagent.errors import SagentError, StreamCutError
from sagent.message import Message, MultipartMessage, TextMessage
from sagent.model import (
    Model,
    ModelRequest,
    ModelResponse,
    ResponseDone,
    Retrying,
    ServedModel,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
)

_log = logging.getLogger(__name__)


class AgentActor(Actor[Prompt]):
    """Drains its inbox into its history, asks its model, runs its tools, until all is answered."""

    def __init__(
        self,
        model: Model,
        request: ModelRequest,
        *,
        state: AgentState,
        dispatcher: Dispatcher,
        max_rounds: int | None,
        emit: Emit,
    ) -> None:
        self._model = model
        self._request = request
        self._state = state
        self._dispatcher = dispatcher
        self._max_rounds = max_rounds
        self._emit = emit
        self._turn = Turn()
        self._action: Action = Drain()

    async def run(self, inbox: Inbox[Prompt]) -> None:
        """Take turns until told to stop."""
        async for envelope in inbox:
            waiting = [envelope]
            try:
                answer = await self._take_turn(inbox, waiting)
            except SagentError as error:
                if not any(asker.wants_reply for asker in waiting):
                    _log.error("%s failed what it was told: %s", self.context.ref.path, error)
                for asker in waiting:
                    asker.fail(error)
            else:
                for asker in waiting:
                    asker.reply(answer)
            finally:
                self._feed(Interrupted())

    async def _take_turn(
        self, inbox: Inbox[Prompt], waiting: list[Envelope[Prompt]]
    ) -> TextMessage:
        outputs = [envelope.message.output for envelope in waiting]
        self._turn = Turn(self._max_rounds, output=next(filter(None, outputs), None))
        first = tuple(envelope.message.message() for envelope in waiting)
        self._feed(Prompted((*first, *_drain(inbox, waiting))))
        while True:
            match self._action:
                case AskModel():
                    self._feed(Answered(await self._ask_model()))
                case RunTools(calls=calls):
                    await self._dispatcher.run(calls, emit=self._emit, finished=self._finished)
                case Drain():
                    self._feed(Prompted(_drain(inbox, waiting)))
                case Finish(answer=answer):
                    more = _drain(inbox, waiting)
                    if not more:
                        return answer
                    self._feed(Prompted(more))
                case Fail(error=error):
                    raise error
                case AwaitTools():
                    raise AssertionError(self._turn)  # the dispatcher has run them all
                case _:
                    assert_never(self._action)

    async def _ask_model(self) -> ModelResponse:
        model = self._model
        if isinstance(model, ServedModel):  # asked each time: its actor may be a new one
            model = await model.served(self.context.system)
        request = self._state.continued(self._request)
        if self._turn.output is not None:
            request = attrs.evolve(request, output_schema=self._turn.output.schema)
        async with model.stream(request) as events:
            async for event in events:
                match event:
                    case TextDelta(text=text):
                        await self._emit(Text(text))
                    case ThinkingDelta(text=text):
                        await self._emit(Thinking(text))
                    case ToolCallReady():
                        pass  # it is part of the response
                    case Retrying(attempt=attempt, delay_s=delay_s, reason=reason):
                        await self._emit(
                            RetryTold(content=reason, attempt=attempt, delay_s=delay_s)
                        )
                    case ResponseDone(response=response):
                        self._state.usage += response.usage
                        await self._emit(Responded(response.usage))
                        return response
                    case _:
                        assert_never(event)
        raise StreamCutError(f"{self._model.model_id} ended without a response: try again")

    def _finished(self, call: MultipartMessage, result: Message) -> None:
        self._feed(ToolFinished(call, result))

    def _feed(self, event: Event) -> None:
        self._turn, step = self._turn.feed(event)
        self._state.record(step.record)
        self._action = step.action


def _drain(inbox: Inbox[Prompt], waiting: list[Envelope[Prompt]]) -> tuple[Message, ...]:
    messages: list[Message] = []
    try:
        while envelope := inbox.get_nowait():
            if not envelope.abandoned:
                waiting.append(envelope)
                messages.append(envelope.message.message())
    except trio.EndOfChannel:
        pass  # told to stop: the turn in hand is finished, and nothing more is begun
    return tuple(messages)
