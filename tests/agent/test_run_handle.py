"""A run in hand: awaited, iterated, told more, interrupted and left."""

import pytest
import trio
from histories import results_of
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.agent import Agent, Done, Responded, Run, RunEvent, Text, ToolCalled, ToolReturned
from sagent.errors import RunCancelledError, RunInterruptedError, StreamCutError
from sagent.message import TextMessage, response_text
from sagent.testing import RecordingTool, ScriptedModel, calls


async def test_iterating_gives_the_events_and_awaiting_afterwards_the_answer() -> None:
    agent = Agent(model=ScriptedModel(calls(("Echo", {"x": 1})), "a\nb"), tools=[RecordingTool()])
    run = agent.run("go")

    events = [event async for event in run]

    assert [type(event) for event in events] == [
        Responded, ToolCalled, ToolReturned, Text, Text, Responded, Done,
    ]  # fmt: skip
    assert (await run).content == "a\nb"
    assert len(agent.messages) == 4


async def test_a_run_that_is_half_iterated_and_then_awaited_ends_once() -> None:
    model = ScriptedModel("a\nb\nc")
    run = Agent(model=model).run("go")

    async for event in run:
        assert event == Text("a\n")
        break

    assert (await run).content == "a\nb\nc"
    assert (await run).content == "a\nb\nc"
    assert len(model.requests) == 1


async def test_an_error_of_the_run_is_raised_where_it_is_iterated() -> None:
    run = Agent(model=ScriptedModel(StreamCutError("cut"))).run("go")

    with pytest.raises(StreamCutError):
        await consume(run)


async def test_leaving_the_block_of_a_run_ends_it() -> None:
    never = trio.Event()
    slow = RecordingTool("Slow", never)
    agent = Agent(model=ScriptedModel(calls(("Slow", {}))), tools=[slow])

    async with agent.run("go") as run:
        async for event in run:
            if isinstance(event, ToolCalled):
                break

    assert len(results_of(agent)) == 1
    with pytest.raises(RunCancelledError):
        await run


async def test_invariant_3_no_task_of_a_run_is_left_when_its_block_is(
    any_schedule: MockClock,
) -> None:
    before = trio.lowlevel.current_statistics().tasks_living
    agent = Agent(model=ScriptedModel("a\nb\nc"))

    async with agent.run("go") as run:
        async for _ in run:
            break

    assert trio.lowlevel.current_statistics().tasks_living == before


async def test_invariant_3_a_run_that_is_dropped_halfway_leaves_no_task_behind() -> None:
    before = trio.lowlevel.current_statistics().tasks_living
    agent = Agent(
        model=ScriptedModel(calls(("Slow", {}))), tools=[RecordingTool("Slow", trio.Event())]
    )

    async for _ in agent.run("go"):
        break
    await wait_all_tasks_blocked()

    assert trio.lowlevel.current_statistics().tasks_living == before


async def test_an_error_in_the_loop_over_a_run_ends_the_run_and_is_raised() -> None:
    agent = never_done()

    async def loop() -> None:
        run = agent.run("go")
        async for _ in run:
            raise KeyError("mine")

    with trio.fail_after(5), pytest.RaisesGroup(pytest.RaisesExc(KeyError, match="mine")):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(loop)

    assert len(results_of(agent)) == 1


async def test_a_run_left_by_break_and_kept_ends_with_its_task() -> None:
    agent = never_done()
    kept: list[object] = []

    async def loop() -> None:
        kept.append(run := agent.run("go"))
        async for _ in run:
            break

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(loop)


async def test_a_reader_that_is_cancelled_takes_the_run_with_it() -> None:
    before = trio.lowlevel.current_statistics().tasks_living
    agent = Agent(
        model=ScriptedModel(calls(("Slow", {}))), tools=[RecordingTool("Slow", trio.Event())]
    )

    async with trio.open_nursery() as nursery:
        nursery.start_soon(consume, agent.run("go"))
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert trio.lowlevel.current_statistics().tasks_living == before
    assert len(results_of(agent)) == 1


async def test_invariant_12_the_run_waits_for_a_slow_reader() -> None:
    model = ScriptedModel(calls(("Echo", {})), "done")
    run = Agent(model=model, tools=[RecordingTool()]).run("go")

    assert isinstance(await anext(run), Responded)
    await wait_all_tasks_blocked()

    assert len(model.requests) == 1
    await run


def never_done() -> Agent:
    model = ScriptedModel(calls(("Slow", {})))
    return Agent(model=model, tools=[RecordingTool("Slow", trio.Event())])


async def test_an_interrupted_run_says_so_and_the_next_goes_on() -> None:
    slow = RecordingTool("Slow", trio.Event())
    model = ScriptedModel(calls(("Slow", {})), "fine")
    agent = Agent(model=model, tools=[slow])

    async with agent.run("go") as run:
        async for event in run:
            if isinstance(event, ToolCalled):
                break
        run.interrupt()
        with pytest.raises(RunInterruptedError):
            await run
    answer = await agent.run("go on")

    assert answer.content == "fine"
    assert response_text(agent.messages[2]).startswith("[interrupted")


async def test_a_running_agent_can_be_told_more() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "both")
    agent = Agent(model=model, tools=[RecordingTool("Slow", gate)])

    async with agent.run("first") as run:
        async for event in run:
            if isinstance(event, ToolCalled):
                run.tell("second")
                gate.set()

    assert [response_text(m) for m in model.requests[1].messages][-1] == "second"


async def test_what_is_told_to_a_run_that_is_over_is_dropped() -> None:
    run = Agent(model=ScriptedModel("one")).run("go")
    run.tell("too early")
    await run

    run.tell("too late")
    run.interrupt()

    assert (await run).content == "one"


async def test_a_run_that_has_only_just_begun_is_interrupted_too() -> None:
    run, begun = Agent(model=ScriptedModel("one")).run("go"), trio.Event()

    async def wait() -> None:
        begun.set()
        with pytest.raises(RunInterruptedError):
            await run

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await begun.wait()
        run.interrupt()


async def test_what_is_told_to_a_run_that_is_over_does_not_reach_the_next() -> None:
    model = ScriptedModel("one", calls(("Echo", {})), "two")
    agent = Agent(model=model, tools=[RecordingTool()])
    before = agent.run("first")
    await before

    async with agent.run("second") as run:
        async for event in run:
            if isinstance(event, ToolCalled):
                before.tell("stray")
                before.interrupt()

    assert "stray" not in [response_text(message) for message in agent.messages]
    assert (await run).content == "two"


async def consume(run: Run[TextMessage]) -> list[RunEvent]:
    return [event async for event in run]
