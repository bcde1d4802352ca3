r"""A turn as a value: what an agent does next is a pure function of what has happened.

    Prompted --> AskModel --> Answered --> RunTools --> ToolFinished ... --> Drain
                                       \            \-> Detached ---------> Drain
                                        \-> Finish (nothing to run, nothing to say)

`feed` takes one event and gives the next turn, the messages to record, and the one thing to do.
The history needs one rule kept, on every path: a recorded tool call is followed by exactly one
result. A turn that is interrupted closes its open calls with a result that says so.

A call that is detached goes on beside the conversation. Its one result in the history is a stub,
which is never touched again, so that what the model has seen stays as it saw it; what the call
gives at last comes forward, as news, exactly once.
"""

from collections.abc import Sequence
from typing import assert_never

import attrs

from sagent.agent._background import news_message, stub_message
from sagent.agent._output import Output
from sagent.agent._step import (
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
    Step,
    ToolFinished,
)
from sagent.errors import ModelStoppedError, RoundLimitError
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_tool_name,
    is_error,
    note_message,
    response_text,
    response_tool_calls,
    tool_result_message,
)
from sagent.model import ModelResponse, StopReason

MAX_CONTINUATIONS = 3
"""How often an answer that hit its length limit is asked to go on."""
MAX_CORRECTIONS = 2
"""How often an answer that does not fit its schema is asked for again."""
MAX_FUTILE_ROUNDS = 5
"""How often a model may make the very same calls in a row while all of them fail."""
_CORRECT = (
    "Your answer does not fit the JSON schema that was asked for:\n{faults}\n"
    "Answer again with the JSON value alone."
)
_CONTINUE = "Your answer was cut off by its length limit. Go on exactly where it stopped."
_CUT_OFF = "[not run: the response was cut off, so this call may not be what you meant]"
_CUT_SHORT = "[{cause} interrupted this answer]"
_INTERRUPTED = (
    "[interrupted: the call was stopped before it gave a result; it may have had effects]"
)


@attrs.frozen
class Turn:
    """Where a turn stands."""

    max_rounds: int | None = None
    """How often the model may be asked in this turn; None for as often as it wants."""
    rounds: int = 0
    """How often it was asked."""
    continuations: int = 0
    """How often the answer in hand was asked to go on."""
    calls: tuple[MultipartMessage, ...] = ()
    """The calls that the model made last, while they run."""
    waits: frozenset[str] = frozenset()
    """Ids of the messages of those that have no result yet."""
    results: tuple[tuple[str, Message], ...] = ()
    """What came of the others, each with the id of its call's message."""
    away: frozenset[str] = frozenset()
    """Ids of the messages of calls that run in the background, this turn's and earlier ones'."""
    output: Output | None = None
    """The shape that the answer is to have; None for any."""
    corrections: int = 0
    """How often it was asked for again."""
    text: str = ""
    """The answer so far, when it comes in pieces."""
    failed_calls: tuple[tuple[str, object], ...] = ()
    """The calls of the last round, if all of them failed."""
    futile_rounds: int = 0
    """How often they were made in a row."""

    @property
    def open_calls(self) -> tuple[MultipartMessage, ...]:
        """The calls that the conversation waits for."""
        return tuple(call for call in self.calls if call.id in self.waits)

    def after(self, *, max_rounds: int | None) -> "Turn":
        """Begin the turn that follows this one, whose detached calls go on."""
        return Turn(max_rounds, away=self.away)

    def giving(self, output: Output | None) -> "Turn":
        """Let the answer have the shape *output*; None for any."""
        return self if output is self.output else attrs.evolve(self, output=output)

    def feed(self, event: Event) -> "tuple[Turn, Step]":
        """Give the turn after *event*, and what is to be recorded and done."""
        match event:
            case Prompted(messages=messages):
                return _ask(self, messages)
            case Answered(response=response):
                return _answered(self, response)
            case ToolFinished(call=call, result=result):
                return _finished(self, call, result)
            case Detached(calls=calls):
                return _detached(self, calls)
            case Cleared(messages=messages):
                return _cleared(self, messages)
            case Interrupted(said=said, cause=cause):
                return _interrupted(self, said, cause)
            case _:
                assert_never(event)


_FIELDS = tuple(field.name for field in attrs.fields(Turn))
_STAYED = Step((), Stay())


def _ask(turn: Turn, record: tuple[Message, ...]) -> tuple[Turn, Step]:
    if turn.max_rounds is not None and turn.rounds >= turn.max_rounds:
        limit = RoundLimitError(
            f"the model was asked {turn.rounds} times and is not done: allow more rounds "
            "(--max-tool-call-rounds), or ask for less"
        )
        return turn, Step(record, Fail(limit))
    return attrs.evolve(turn, rounds=turn.rounds + 1), Step(record, AskModel())


def _answered(turn: Turn, response: ModelResponse) -> tuple[Turn, Step]:
    record = (response.content,) if response.content.content else ()
    calls = response_tool_calls(response.content)
    text = turn.text + response_text(response.content)
    match response.stop_reason:
        case StopReason.FINISHED | StopReason.TOOL_USE if calls:
            waits = frozenset(call.id for call in calls)
            turn = attrs.evolve(turn, calls=calls, waits=waits, text="", continuations=0)
            return turn, Step(record, RunTools(calls))
        case StopReason.FINISHED | StopReason.TOOL_USE:
            if turn.output is not None and (faults := turn.output.faults(text)):
                return _correct(turn, record, faults)
            answer = TextMessage(text, parent_id=response.content.id)
            if turn.text or turn.continuations:
                turn = attrs.evolve(turn, text="", continuations=0)
            return turn, Step(record, Finish(answer))
        case StopReason.MAX_TOKENS:
            return _continue(turn, (*record, *_not_run(calls)), text)
        case StopReason.REFUSAL | StopReason.FILTERED:
            said = text[:200] or "it said nothing"
            refusal = ModelStoppedError(
                f"the model would not answer ({response.stop_reason}): {said}"
            )
            return turn, Step((*record, *_not_run(calls)), Fail(refusal))
        case _:
            assert_never(response.stop_reason)


def _continue(turn: Turn, record: tuple[Message, ...], text: str) -> tuple[Turn, Step]:
    if turn.continuations == MAX_CONTINUATIONS:
        limit = ModelStoppedError(
            f"the answer hit the model's length limit {MAX_CONTINUATIONS + 1} times: "
            "ask for less at once"
        )
        return turn, Step(record, Fail(limit))
    turn = attrs.evolve(turn, text=text, continuations=turn.continuations + 1)
    return _ask(turn, (*record, note_message(_CONTINUE)))


def _correct(turn: Turn, record: tuple[Message, ...], faults: str) -> tuple[Turn, Step]:
    if turn.corrections == MAX_CORRECTIONS:
        missed = ModelStoppedError(
            f"the model's answer did not fit the output schema {MAX_CORRECTIONS + 1} times: "
            f"{' '.join(faults.split())[:200]}"
        )
        return turn, Step(record, Fail(missed))
    turn = attrs.evolve(turn, text="", continuations=0, corrections=turn.corrections + 1)
    return _ask(turn, (*record, note_message(_CORRECT.format(faults=faults))))


def _finished(turn: Turn, call: MultipartMessage, result: Message) -> tuple[Turn, Step]:
    if call.id in turn.away:
        turn = attrs.evolve(turn, away=turn.away - {call.id})
        return turn, Step((), Stay(), news=news_message(call, result))
    if call.id not in turn.waits:
        return turn, _STAYED  # it was interrupted, which is its result
    return _settled(_with(turn, ((call.id, result),)))


def _detached(turn: Turn, calls: tuple[MultipartMessage, ...]) -> tuple[Turn, Step]:
    asked = {call.id for call in calls}
    stubs = [(call.id, stub_message(call)) for call in turn.open_calls if call.id in asked]
    leaving = {call_id for call_id, _ in stubs}
    return _settled(_with(attrs.evolve(turn, away=turn.away | leaving), stubs))


def _with(turn: Turn, results: Sequence[tuple[str, Message]]) -> Turn:
    # Each result of each call goes through here; `attrs.evolve` takes three times as long.
    settled = object.__new__(Turn)
    for name in _FIELDS:
        object.__setattr__(settled, name, getattr(turn, name))
    object.__setattr__(settled, "results", (*turn.results, *results))
    object.__setattr__(settled, "waits", turn.waits.difference(call_id for call_id, _ in results))
    return settled


def _settled(turn: Turn) -> tuple[Turn, Step]:
    """Close the round if all of its calls have a result."""
    if turn.waits or not turn.calls:
        return turn, _STAYED
    turn, record = _judged(turn), _close(turn)
    turn = attrs.evolve(turn, calls=(), results=())
    if turn.futile_rounds == MAX_FUTILE_ROUNDS:
        lost = ModelStoppedError(
            f"the model made the same call {MAX_FUTILE_ROUNDS} times, and it failed each time: "
            "help it along, or try another model"
        )
        return turn, Step(record, Fail(lost))
    return turn, Step(record, Drain())


def _cleared(turn: Turn, messages: tuple[Message, ...]) -> tuple[Turn, Step]:
    turn = attrs.evolve(turn, text="", continuations=0)
    if not messages:
        return turn, Step((), Finish(TextMessage("")))
    return _ask(turn, messages)


def _interrupted(turn: Turn, said: str, cause: str) -> tuple[Turn, Step]:
    record = _close(turn)
    if said:
        answer = MultipartMessage((TextMessage(said),), Descriptor.MODEL)
        record = (*record, answer, note_message(_CUT_SHORT.format(cause=cause)))
    if turn.calls:
        turn = attrs.evolve(turn, calls=(), waits=frozenset(), results=())
    return turn, Step(record, Drain())


def _judged(turn: Turn) -> Turn:
    if not all(is_error(result) for _, result in turn.results):
        return attrs.evolve(turn, failed_calls=(), futile_rounds=0)
    calls = tuple((get_tool_name(call), call.content[-1].content) for call in turn.calls)
    rounds = turn.futile_rounds + 1 if calls == turn.failed_calls else 1
    return attrs.evolve(turn, failed_calls=calls, futile_rounds=rounds)


def _not_run(calls: tuple[MultipartMessage, ...]) -> tuple[Message, ...]:
    return tuple(tool_result_message(call, error_message(_CUT_OFF)) for call in calls)


def _close(turn: Turn) -> tuple[Message, ...]:
    results = dict(turn.results)
    return tuple(
        tool_result_message(call, results.get(call.id) or error_message(_INTERRUPTED))
        for call in turn.calls
    )
