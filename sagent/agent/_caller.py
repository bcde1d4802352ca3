"""Calls of the model: what they may cost, what they say, and what becomes of them."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import assert_never, cast

import attrs
import trio

from sagent.actors import System
from sagent.agent._audience import Audience
from sagent.agent._blueprint import Blueprint
from sagent.agent._ending import raise_end
from sagent.agent._event import ModelAsked, Notice, Responded, Text, Thinking
from sagent.agent._event import Retrying as RetryTold
from sagent.agent._household import Household
from sagent.agent._output import Output
from sagent.agent._reminders import Reminders
from sagent.agent._shortener import Shortener
from sagent.agent._state import AgentState
from sagent.budget import Budget, Hold, Spent, affordable_output_tokens, estimate, price_of
from sagent.errors import (
    BudgetExceededError,
    CompactionError,
    ContextOverflowError,
    ModelError,
    SagentError,
    StreamCutError,
)
from sagent.model import (
    Model,
    ModelRequest,
    ModelResponse,
    ResponseDone,
    Retrying,
    TextDelta,
    ThinkingDelta,
    ToolCallReady,
    is_served,
)

MAX_OVERFLOWS = 3
"""How often a history that the model would not take is made shorter for one call."""
_LEAST_ANSWER_TOKENS = 64
"""An answer that may have less says nothing, and is billed all the same."""


@attrs.frozen(eq=False)
class _Allowance:
    """What a call may take; see `Hold`. An answer has no cap of ours where that is None."""

    hold: Hold | None
    answer_tokens: int | None


@attrs.define(eq=False)
class ModelCaller:
    """Asks the model of an agent."""

    _blueprint: Blueprint
    _state: AgentState
    _audience: Audience
    _system: System
    _reminders: Reminders
    _household: Household
    _said: list[str] = attrs.field(factory=list[str], init=False)
    _before_swap: Model | None = attrs.field(default=None, init=False)
    shortener: Shortener = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.shortener = Shortener(
            self._blueprint, self._state, self._audience, self._ask_aside, self._reminders.review
        )

    def close(self) -> None:
        """Let go of what refers back to it, so that it is freed as soon as nobody needs it."""
        del self.shortener

    async def respond(self, output: Output | None) -> ModelResponse:
        """Ask for the next response.

        Raises:
            ModelError: the call failed.
            BudgetExceededError: there is not enough left for it.
        """
        await self.shortener.make_room()
        for _ in range(MAX_OVERFLOWS):
            try:
                response = await self._call(output)
            except ContextOverflowError as error:
                if self._blueprint.compactor is None:
                    raise
                await self._shorten(error)
            except ModelError as error:
                if self._before_swap is None:
                    raise
                await self._return(error)
            else:
                self._before_swap = None
                return response
        return await self._call(output)

    async def _shorten(self, overflow: ContextOverflowError) -> None:
        try:
            await self.shortener.compact("", why="the model would not take its length")
        except CompactionError as error:
            raise overflow from error

    def take_unfinished(self) -> str:
        """Give what the model has said of an answer that was not given by `respond`."""
        said = "".join(self._said)
        self._said.clear()
        return said

    async def swap(self, model: Model) -> None:
        """Go on with *model*; if its first call fails, the one before answers again.

        Raises:
            UsageError: the conversation does not fit its window.
        """
        await trio.lowlevel.checkpoint()
        self._state.check_fits(model)
        self._before_swap = self._before_swap or self._state.model
        self._state.model = model

    async def _return(self, error: ModelError) -> None:
        failed, self._state.model = self._state.model, self._before_swap or self._state.model
        self._before_swap = None
        await self._audience.tell(
            Notice(f"{failed.model_id} failed, back to {self._state.model.model_id}: {error}")
        )

    async def _call(self, output: Output | None) -> ModelResponse:
        model = self._state.model
        tokens, cap = self._state.meter.tokens, self._state.max_response_tokens
        if self._blueprint.budget is None:
            response = await self._converse(model, output, _Allowance(None, cap))
        else:
            with self._allowed(self._blueprint.budget, model, tokens, cap) as allowance:
                response = await self._converse(model, output, allowance)
        self._said.clear()  # not before: whatever cancels the call would take it from the history
        return response

    async def _converse(
        self, model: Model, output: Output | None, allowance: _Allowance
    ) -> ModelResponse:
        head = self._blueprint.head
        request = ModelRequest(
            messages=self._state.history,
            system=head.system,
            tools=head.tools,
            max_response_tokens=allowance.answer_tokens,
            effort=self._state.effort,
            output_schema=None if output is None else output.schema,
            cache_key=self._state.conversation_id,
        )
        with _lone_error(model):
            async with self._household.model_call():
                return await self._stream(model, request, allowance)

    async def _ask_aside(self, request: ModelRequest) -> ModelResponse:
        compactor = self._blueprint.compactor
        own = compactor.model if compactor is not None else None
        return await self.ask_another(own or self._state.model, request)

    async def ask_another(self, model: Model, request: ModelRequest) -> ModelResponse:
        """Send *request*, none of the conversation's, to *model*, and wait for the whole answer.

        Raises:
            ModelError: the call failed.
            BudgetExceededError: there is not enough left for it.
        """
        tokens, cap = self._state.meter.measure(request.messages), request.max_response_tokens
        if self._blueprint.budget is None:
            return await self._answer_aside(model, request, _Allowance(None, cap))
        with self._allowed(self._blueprint.budget, model, tokens, cap) as allowance:
            return await self._answer_aside(model, request, allowance)

    async def _answer_aside(
        self, model: Model, request: ModelRequest, allowance: _Allowance
    ) -> ModelResponse:
        request = attrs.evolve(request, max_response_tokens=allowance.answer_tokens)
        with _lone_error(model):
            async with self._household.model_call():
                self._audience.show(ModelAsked(model.model_id))
                response = await (await self._served(model)).buffer(request)
        await self._book(model, response, allowance)
        return response

    @contextmanager
    def _allowed(
        self, budget: Budget, model: Model, tokens: int, cap: int | None
    ) -> Generator[_Allowance]:
        """Reserve what a call may take whose answer has *cap* at most, while the block lasts."""
        left_usd = budget.remaining.usd
        with budget.reserve(estimate(model, tokens, cap)) as hold:
            affordable = affordable_output_tokens(left_usd, model, tokens)
            if affordable is not None and affordable < _LEAST_ANSWER_TOKENS:
                hold.release()
                raise BudgetExceededError(
                    f"${left_usd} are left of the budget, which is no answer of {model.model_id}: "
                    "allow more (--max-budget-usd), or ask for less"
                )
            yield _Allowance(hold, min(filter(None, (cap, affordable)), default=None))

    async def _served(self, model: Model) -> Model:
        if is_served(model):  # asked each time: its actor may be a new one
            return await model.served(self._system)
        return model

    async def _stream(
        self, model: Model, request: ModelRequest, allowance: _Allowance
    ) -> ModelResponse:
        self._said.clear()
        self._audience.show(ModelAsked(model.model_id))
        async with (await self._served(model)).stream(request) as events:
            async for event in events:
                match event:
                    case TextDelta(text=text):
                        self._said.append(text)
                        await self._audience.tell(Text(text))
                    case ThinkingDelta(text=text):
                        await self._audience.tell(Thinking(text))
                    case ToolCallReady():
                        pass  # it is part of the response
                    case Retrying(attempt=attempt, delay_s=delay_s, reason=reason):
                        self._said.clear()
                        await self._audience.tell(
                            RetryTold(content=reason, attempt=attempt, delay_s=delay_s)
                        )
                    case ResponseDone(response=response):
                        self._state.meter = self._state.meter.with_usage(response.usage)
                        await self._book(model, response, allowance)
                        return response
                    case _:
                        assert_never(event)
        raise StreamCutError(f"{model.model_id} ended without a response: try again")

    async def _book(self, model: Model, response: ModelResponse, allowance: _Allowance) -> None:
        cost_usd = price_of(model, response.usage)
        if allowance.hold is not None:
            allowance.hold.settle(Spent(response.usage, cost_usd))
        self._state.spend(model, response, cost_usd)
        await self._audience.tell(Responded(response.usage, cost_usd))


@contextmanager
def _lone_error(model: Model) -> Generator[None]:
    """Take an error of ours out of the groups that the nurseries of *model* put around it."""
    try:
        yield
    except BaseExceptionGroup as group:
        raise_end(group, model.model_id)
        error = _lone(group)
        if not isinstance(error, SagentError):
            raise
        raise error from error.__cause__


def _lone(error: BaseException) -> BaseException | None:
    while isinstance(error, BaseExceptionGroup):
        error, *others = cast("BaseExceptionGroup[BaseException]", error).exceptions  # of any
        if others:
            return None
    return error
