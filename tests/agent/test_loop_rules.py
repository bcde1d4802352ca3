"""The rules of the loop, under many orders of what goes on at once."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from histories import faults_of, texts
from slow_model import Slow
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Missed, open_system
from sagent.agent import (
    Agent,
    GetStatus,
    Prompt,
    Responded,
    RunEvent,
    Text,
    Watch,
)
from sagent.errors import AgentBusyError, ModelStoppedError, RoundLimitError, StreamCutError
from sagent.message import Descriptor, MultipartMessage, TextMessage
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    StopReason,
)
from sagent.testing import RecordingTool, ScriptedModel, calls


def said(text: str, stop: StopReason) -> ModelResponse:
    content = MultipartMessage((TextMessage(text),), Descriptor.MODEL)
    return ModelResponse(content=content, stop_reason=stop)


def cut(text: str) -> ModelResponse:
    return said(text, StopReason.MAX_TOKENS)


async def test_an_answer_that_is_cut_three_times_is_put_together() -> None:
    model = ScriptedModel(cut("one "), cut("two "), cut("three "), "four")

    answer = await Agent(model=model).run("go")

    assert answer.content == "one two three four"


async def test_an_answer_that_is_cut_four_times_is_given_up_and_stays_in_the_history() -> None:
    model = ScriptedModel(*[cut("more ")] * 4, "never")
    agent = Agent(model=model)

    with pytest.raises(ModelStoppedError, match="length limit 4 times"):
        await agent.run("go")

    assert len(model.unused) == 1
    assert [m.descriptor for m in agent.messages].count(Descriptor.MODEL) == 4


async def test_each_answer_of_a_long_turn_may_be_cut_as_often_as_a_lone_one() -> None:
    steps = (cut("one"), calls(("Echo", {}))) * 4
    model = ScriptedModel(*steps, "done")

    answer = await Agent(model=model, tools=[RecordingTool("Echo")]).run("go")

    assert answer.content == "done"


@pytest.mark.parametrize("stop", [StopReason.REFUSAL, StopReason.FILTERED])
async def test_a_refusal_is_an_error_of_its_own_and_the_agent_goes_on(stop: StopReason) -> None:
    model = ScriptedModel(said("I would rather not.", stop), "fine")
    agent = Agent(model=model)

    with pytest.raises(ModelStoppedError, match="I would rather not"):
        await agent.run("go")

    assert (await agent.run("something else")).content == "fine"


async def test_of_runs_at_once_one_goes_on_and_the_others_are_refused(
    any_schedule: MockClock,
) -> None:
    model = Slow("done")
    agent = Agent(model=model)
    outcomes: list[str] = []
    async with trio.open_nursery() as nursery:

        async def run() -> None:
            try:
                outcomes.append((await agent.run("go")).content)
            except AgentBusyError:
                outcomes.append("refused")

        for _ in range(3):
            nursery.start_soon(run)

    assert sorted(outcomes) == ["done", "refused", "refused"]
    assert len(model.requests) == 1


@pytest.mark.schedules(10)
@pytest.mark.parametrize("after_s", [0, 1, 1.5, 2.5])
async def test_what_arrives_while_the_model_answers_waits_for_the_answer(
    any_schedule: MockClock, after_s: float
) -> None:
    model = Slow("first", "second")
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model))
        nursery.start_soon(ref.ask, Prompt("a"))
        await trio.sleep(after_s)
        await wait_all_tasks_blocked()
        ref.tell(Prompt("peer", source="/other"))
        ref.tell(Prompt("user"), lane="front")

    assert texts(model, 0) == ["a"]
    assert texts(model, 1) == ["a", "first", "user", "peer"]


async def test_each_of_many_who_ask_at_once_is_answered_by_the_turn_that_read_it(
    any_schedule: MockClock,
) -> None:
    model = Slow(*["done"] * 10)
    answers: list[str] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model))

        async def ask(number: int) -> None:
            await trio.sleep(number)
            answers.append((await ref.ask(Prompt(f"prompt {number}"))).content)

        for number in range(6):
            nursery.start_soon(ask, number)
        await wait_all_tasks_blocked(0)

    assert answers == ["done"] * 6
    read = texts(model)
    assert sorted(text for text in read if text.startswith("prompt")) == [
        f"prompt {number}" for number in range(6)
    ]


async def test_a_status_is_told_at_once_whatever_the_agent_waits_for(
    any_schedule: MockClock,
) -> None:
    gate = trio.Event()
    phases: list[str] = []
    async with open_system() as system:
        tools = [RecordingTool("Look", gate)]
        ref = await system.spawn(Agent(model=Slow(calls(("Look", {})), "done"), tools=tools))
        ref.tell(Prompt("go"))
        for _ in range(2):
            await trio.sleep(0.5)
            before = trio.current_time()
            phases.append((await ref.ask(GetStatus(), lane="front")).phase)
            assert trio.current_time() == before
            await trio.sleep(5)
        gate.set()
        await trio.sleep(10)
        phases.append((await ref.ask(GetStatus(), lane="front")).phase)

    assert phases == ["thinking", "working", "idle"]


async def test_a_watcher_is_told_all_or_how_much_it_missed(any_schedule: MockClock) -> None:
    model = ScriptedModel("a\nb\nc\nd\ne\n", "f\n")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        whole, short = await ref.ask(Watch()), await ref.ask(Watch(capacity=3))
        await ref.ask(Prompt("go"))
        await ref.ask(Prompt("go on"))
        ref.stop()
        await ref.closed()

        all_: list[RunEvent | Missed] = [event async for event in whole]
        some: list[RunEvent | Missed] = [event async for event in short]

    assert [e.content for e in all_ if isinstance(e, Text)] == ["a\n", "b\n", "c\n", "d\n", "e\n", "f\n"]  # fmt: skip
    assert sum(isinstance(e, Responded) for e in all_) == 2
    assert some[0] == Missed(len(all_) - 3)
    assert some[1:] == all_[-3:]


async def test_a_turn_of_too_many_rounds_ends_with_results_for_all_its_calls() -> None:
    model = ScriptedModel(*[calls(("Look", {"n": n})) for n in range(5)])
    agent = Agent(model=model, tools=[RecordingTool("Look")], max_tool_call_rounds=3)

    with pytest.raises(RoundLimitError):
        await agent.run("go")

    assert len(model.requests) == 3
    assert faults_of(agent.messages) == []


class WithNursery(ScriptedModel):
    """Answers from within a nursery, which puts its errors into groups."""

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._in_nursery(request)

    @asynccontextmanager
    async def _in_nursery(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        async with trio.open_nursery(), trio.open_nursery(), super().stream(request) as events:
            yield events


async def test_the_error_of_a_model_with_a_nursery_fails_the_turn_and_the_agent_lives_on() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=WithNursery("one", StreamCutError("cut"), "two")))
        answers = [(await ref.ask(Prompt("a"))).content]

        with pytest.raises(StreamCutError, match="cut"):
            await ref.ask(Prompt("b"))
        answers.append((await ref.ask(Prompt("c"))).content)

    assert answers == ["one", "two"]
