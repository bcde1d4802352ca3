"""The turn as a pure machine: invariant 1 holds on every path through it."""

from collections import Counter

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
from sagent.agent._turn import Turn
from sagent.errors import ModelStoppedError, RoundLimitError
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_queue_id,
    new_id,
    response_text,
    response_tool_calls,
    tool_call_message,
)
from sagent.model import ModelResponse, StopReason

HELLO = TextMessage("hello", Descriptor.USER)


def response(
    text: str = "", *calls: MultipartMessage, stop: StopReason = StopReason.FINISHED
) -> ModelResponse:
    said = (TextMessage(text),) if text else ()
    return ModelResponse(
        content=MultipartMessage((*said, *calls), Descriptor.MODEL), stop_reason=stop
    )


def a_call() -> MultipartMessage:
    return tool_call_message("T", {}, call_id=new_id())


class AnyTurn(RuleBasedStateMachine):
    """Whatever happens, in whatever order a shell may report it."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = Turn(max_rounds=5)
        self.history: list[Message] = []
        self.action: Action = Drain()
        self.running: list[MultipartMessage] = []
        self.away: list[MultipartMessage] = []
        self.news: list[Message] = []

    def feed(self, event: Event) -> None:
        self.turn, step = self.turn.feed(event)
        self.history.extend(step.record)
        if step.news is not None:
            self.news.append(step.news)
        if isinstance(step.action, Stay):
            return
        self.action = step.action
        if isinstance(step.action, RunTools):
            self.running = list(step.action.calls)

    @initialize()
    def begin(self) -> None:
        self.feed(Prompted((HELLO,)))

    @precondition(lambda self: isinstance(self.action, AskModel))
    @rule(text=st.text(), calls=st.integers(0, 4), stop=st.sampled_from(StopReason))
    def answer(self, text: str, calls: int, stop: StopReason) -> None:
        self.feed(Answered(response(text, *(a_call() for _ in range(calls)), stop=stop)))

    @precondition(lambda self: self.running)
    @rule(data=st.data(), text=st.text())
    def finish_a_tool(self, data: st.DataObject, text: str) -> None:
        call = self.running.pop(data.draw(st.integers(0, len(self.running) - 1)))
        self.feed(ToolFinished(call, TextMessage(text)))

    @precondition(lambda self: isinstance(self.action, Drain | Finish) and not self.running)
    @rule(count=st.integers(0, 2))
    def prompt_again(self, count: int) -> None:
        self.feed(Prompted((HELLO,) * count))

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def detach(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sets(st.integers(0, len(self.running) - 1), min_size=1))
        leaving = [self.running[number] for number in sorted(chosen)]
        self.running = [call for call in self.running if call not in leaving]
        self.away += leaving
        self.feed(Detached(tuple(leaving)))

    @precondition(lambda self: self.away)
    @rule(data=st.data(), failed=st.booleans())
    def end_a_detached_tool(self, data: st.DataObject, failed: bool) -> None:
        call = self.away.pop(data.draw(st.integers(0, len(self.away) - 1)))
        before = len(self.news)
        self.feed(ToolFinished(call, error_message("no") if failed else TextMessage("late")))
        assert len(self.news) == before + 1
        assert get_queue_id(call) in response_text(self.news[-1])

    @precondition(lambda self: isinstance(self.action, Drain) and not self.running)
    @rule(count=st.integers(0, 1))
    def clear(self, count: int) -> None:
        self.history.clear()
        self.feed(Cleared((HELLO,) * count))

    @rule(said=st.sampled_from(["", "half a sen"]))
    def interrupt(self, said: str) -> None:
        late, self.running = self.running, []
        self.feed(Interrupted(said))
        for call in late:  # a shell may yet tell of what it has cancelled
            self.feed(ToolFinished(call, TextMessage("too late")))
        assert isinstance(self.action, Drain)

    @invariant()
    def every_call_has_at_most_one_result(self) -> None:
        assert max(self.results().values(), default=0) <= 1

    @invariant()
    def news_comes_of_detached_calls_alone(self) -> None:
        assert self.turn.away == {call.id for call in self.away}

    @invariant()
    def no_result_without_its_call(self) -> None:
        assert set(self.results()) <= set(self.calls())

    def teardown(self) -> None:
        """Invariant 1: once the turn is over, however, every call has its result."""
        self.feed(Interrupted())
        assert self.results() == Counter(self.calls())

    def calls(self) -> list[str]:
        return [
            get_queue_id(call) for message in self.history for call in response_tool_calls(message)
        ]

    def results(self) -> Counter[str]:
        return Counter(
            get_queue_id(message)
            for message in self.history
            if isinstance(message, MultipartMessage)
            and message.descriptor == Descriptor.TOOL_RESULT
        )


TestAnyTurn = AnyTurn.TestCase


def test_an_answer_without_calls_finishes() -> None:
    turn, step = Turn().feed(Prompted((HELLO,)))
    assert step.record == (HELLO,)
    assert step.action == AskModel()

    turn, step = turn.feed(Answered(response("hi")))

    assert isinstance(step.action, Finish)
    assert step.action.answer.content == "hi"


def test_results_are_recorded_in_the_order_of_their_calls() -> None:
    first, second = a_call(), a_call()
    turn, _ = Turn().feed(Prompted((HELLO,)))
    turn, _ = turn.feed(Answered(response("", first, second)))

    turn, waiting = turn.feed(ToolFinished(second, TextMessage("2")))
    turn, step = turn.feed(ToolFinished(first, TextMessage("1")))

    assert waiting.action == Stay()
    assert [response_text(message) for message in step.record] == ["1", "2"]


def test_an_interrupted_call_says_that_it_was_and_a_finished_one_keeps_its_result() -> None:
    first, second = a_call(), a_call()
    turn, _ = Turn().feed(Prompted((HELLO,)))
    turn, _ = turn.feed(Answered(response("", first, second)))
    turn, _ = turn.feed(ToolFinished(first, TextMessage("1")))

    turn, step = turn.feed(Interrupted())

    assert response_text(step.record[0]) == "1"
    assert response_text(step.record[1]).startswith("[interrupted")


def test_calls_that_share_an_id_each_get_their_own_result() -> None:
    first, second = (tool_call_message("T", {}, call_id="same") for _ in range(2))
    turn, _ = Turn().feed(Prompted((HELLO,)))
    turn, _ = turn.feed(Answered(response("", first, second)))

    turn, _ = turn.feed(ToolFinished(first, TextMessage("1")))
    _, step = turn.feed(ToolFinished(second, TextMessage("2")))

    assert [response_text(message) for message in step.record] == ["1", "2"]


def test_the_round_cap_ends_the_turn_after_the_results() -> None:
    call = a_call()
    turn, _ = Turn(max_rounds=1).feed(Prompted((HELLO,)))
    turn, _ = turn.feed(Answered(response("", call)))
    turn, step = turn.feed(ToolFinished(call, TextMessage("1")))
    assert len(step.record) == 1

    turn, step = turn.feed(Prompted(()))

    assert isinstance(step.action, Fail)
    assert isinstance(step.action.error, RoundLimitError)


def test_an_answer_cut_by_its_length_is_continued_three_times_and_comes_whole() -> None:
    turn, _ = Turn().feed(Prompted((HELLO,)))
    for word in ("a", "b", "c"):
        turn, step = turn.feed(Answered(response(word, stop=StopReason.MAX_TOKENS)))
        assert step.action == AskModel()

    _, step = turn.feed(Answered(response("d")))
    _, beyond = turn.feed(Answered(response("d", stop=StopReason.MAX_TOKENS)))

    assert isinstance(step.action, Finish)
    assert step.action.answer.content == "abcd"
    assert isinstance(beyond.action, Fail)


def rounds_of(*results: Message) -> Action:
    turn, step = Turn().feed(Prompted((HELLO,)))
    for result in results:
        call = tool_call_message("T", {"x": 1}, call_id=new_id())
        turn, _ = turn.feed(Answered(response("", call)))
        turn, step = turn.feed(ToolFinished(call, result))
    return step.action


def test_a_model_that_makes_the_same_failing_call_five_times_is_stopped() -> None:
    no = error_message("no")

    assert isinstance(rounds_of(no, no, no, no), Drain)
    assert isinstance(rounds_of(no, no, no, no, no), Fail)
    assert isinstance(rounds_of(no, no, TextMessage("yes"), no, no), Drain)


@pytest.mark.parametrize("stop", [StopReason.MAX_TOKENS, StopReason.FILTERED, StopReason.REFUSAL])
def test_calls_of_a_response_that_was_cut_off_are_closed_and_not_run(stop: StopReason) -> None:
    turn, _ = Turn().feed(Prompted((HELLO,)))

    _, step = turn.feed(Answered(response("", a_call(), stop=stop)))

    assert not isinstance(step.action, RunTools)
    assert response_text(step.record[1]).startswith("[not run")


@pytest.mark.parametrize("stop", [StopReason.REFUSAL, StopReason.FILTERED])
def test_a_refusal_fails_with_what_the_model_said(stop: StopReason) -> None:
    turn, _ = Turn().feed(Prompted((HELLO,)))

    _, step = turn.feed(Answered(response("I would rather not", stop=stop)))

    assert isinstance(step.action, Fail)
    assert isinstance(step.action.error, ModelStoppedError)
    assert "I would rather not" in str(step.action.error)


def test_a_detached_call_gets_a_stub_for_ever_and_its_result_comes_as_news() -> None:
    slow, quick = a_call(), a_call()
    turn, _ = Turn().feed(Prompted((HELLO,)))
    turn, _ = turn.feed(Answered(response("", slow, quick)))
    turn, _ = turn.feed(ToolFinished(quick, TextMessage("1")))

    turn, detached = turn.feed(Detached((slow,)))
    turn, ended = turn.feed(ToolFinished(slow, TextMessage("2")))

    assert isinstance(detached.action, Drain)
    stub, result = (response_text(message) for message in detached.record)
    assert "runs in the background" in stub
    assert result == "1"
    assert ended.record == ()
    assert ended.news is not None
    assert response_text(ended.news).endswith("has finished]\n\n2")


def test_an_answer_that_is_cut_short_is_kept_and_said_to_be() -> None:
    turn, _ = Turn().feed(Prompted((HELLO,)))

    _, step = turn.feed(Interrupted("The answer is"))

    assert [response_text(message) for message in step.record] == [
        "The answer is",
        "[the user interrupted this answer]",
    ]


def test_a_cleared_history_without_a_new_prompt_is_not_sent() -> None:
    turn, _ = Turn().feed(Prompted((HELLO,)))

    _, step = turn.feed(Cleared(()))

    assert isinstance(step.action, Finish)
    assert step.action.answer.content == ""
