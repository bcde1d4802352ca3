"""An agent's run under asyncio: the same, on a trio thread that ends with it."""

import asyncio
import threading
from collections.abc import AsyncIterator

import anyio
import pytest
import trio

from sagent.agent import Agent, Done, RunEvent, Text, ToolCalled
from sagent.errors import RunCancelledError, RunInterruptedError, StreamCutError
from sagent.message import Message, TextMessage, response_text
from sagent.testing import RecordingTool, ScriptedModel, calls


def slow_agent() -> Agent:
    model = ScriptedModel(calls(("Slow", {})), "fine")
    return Agent(model=model, tools=[RecordingTool("Slow", trio.Event(), "late")])


@pytest.fixture(autouse=True)
def no_thread_is_left() -> object:
    before = set(threading.enumerate())
    yield
    # trio keeps idle worker threads for a while; the run's own must be gone.
    left = [t for t in set(threading.enumerate()) - before if t.name.startswith("sagent")]
    for thread in left:
        thread.join(1)
    assert not [thread for thread in left if thread.is_alive()]


def test_awaiting_gives_the_answer() -> None:
    async def main() -> TextMessage:
        return await Agent(model=ScriptedModel("hello")).run("hi")

    assert asyncio.run(main()).content == "hello"


def test_iterating_gives_the_events_and_awaiting_afterwards_the_answer() -> None:
    async def main() -> tuple[list[RunEvent], TextMessage]:
        run = Agent(model=ScriptedModel("a\nb")).run("hi")
        return [event async for event in run], await run

    events, answer = asyncio.run(main())

    assert [event for event in events if isinstance(event, Text)] == [Text("a\n"), Text("b")]
    assert isinstance(events[-1], Done)
    assert answer.content == "a\nb"


def test_a_run_that_is_half_iterated_and_then_awaited_ends() -> None:
    async def main() -> TextMessage:
        run = Agent(model=ScriptedModel("\n".join("abcdefghijklmnopqrstuvwxyz" * 3))).run("hi")
        async for _ in run:
            break
        return await run

    assert asyncio.run(main()).content.startswith("a\nb")


def test_an_error_of_the_run_is_raised_with_its_type() -> None:
    async def main() -> None:
        await Agent(model=ScriptedModel(StreamCutError("cut"))).run("hi")

    with pytest.raises(StreamCutError, match="cut"):
        asyncio.run(main())


def test_an_error_is_raised_where_the_run_is_iterated() -> None:
    async def main() -> None:
        async for _ in Agent(model=ScriptedModel(StreamCutError("cut"))).run("hi"):
            pass

    with pytest.raises(StreamCutError, match="cut"):
        asyncio.run(main())


def test_cancelling_the_task_ends_the_run_before_the_cancel_is_done() -> None:
    agent = slow_agent()

    async def main() -> None:
        task = asyncio.ensure_future(agent.run("hi"))
        await until(lambda: len(agent.messages) == 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())

    assert len(agent.messages) == 3  # the call was closed by its result


def test_a_second_cancel_does_not_leave_the_run_behind() -> None:
    tool = Stubborn("Slow")
    agent = Agent(model=ScriptedModel(calls(("Slow", {}))), tools=[tool])

    async def main() -> None:
        task = asyncio.ensure_future(agent.run("hi"))
        await until(lambda: len(agent.messages) == 2)
        task.cancel()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert tool.ended

    asyncio.run(main())


def test_a_deadline_of_anyio_ends_the_run_before_it_is_over() -> None:
    tool = Stubborn("Slow")
    agent = Agent(model=ScriptedModel(calls(("Slow", {}))), tools=[tool])

    async def main() -> None:
        with anyio.move_on_after(0.2):
            await agent.run("hi")

    asyncio.run(main())

    assert tool.ended


def test_two_readers_of_one_run_both_come_to_its_end() -> None:
    async def main() -> tuple[int, int]:
        run = Agent(model=ScriptedModel("a\nb\nc")).run("hi")

        async def count() -> int:
            return len([event async for event in run])

        return await asyncio.gather(count(), count())

    assert sum(asyncio.run(main())) == 5


def test_a_timeout_ends_the_run_and_the_agent_can_run_again() -> None:
    agent = slow_agent()

    async def main() -> TextMessage:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(agent.run("hi"), 0.2)
        return await agent.run("again")

    assert asyncio.run(main()).content == "fine"


def test_a_run_can_be_made_a_task() -> None:
    async def main() -> TextMessage:
        return await asyncio.create_task(Agent(model=ScriptedModel("hello")).run("hi"))

    assert asyncio.run(main()).content == "hello"


def test_runs_go_side_by_side() -> None:
    async def main() -> list[TextMessage]:
        runs = [Agent(model=ScriptedModel(f"{n}")).run("hi") for n in range(20)]
        return await asyncio.gather(*runs)

    assert [answer.content for answer in asyncio.run(main())] == [f"{n}" for n in range(20)]


def test_a_run_cancelled_by_its_handle_says_so() -> None:
    agent = slow_agent()

    async def main() -> None:
        run = agent.run("hi")
        async for event in run:
            if isinstance(event, ToolCalled):
                run.cancel()
        await run

    with pytest.raises(RunCancelledError):
        asyncio.run(main())


def test_a_run_that_is_dropped_halfway_ends() -> None:
    agent = slow_agent()

    async def main() -> None:
        async for event in agent.run("hi"):
            if isinstance(event, ToolCalled):
                break
        await until(lambda: len(agent.messages) == 3)

    asyncio.run(main())


def test_the_end_of_the_loop_ends_a_run_that_nobody_awaits() -> None:
    agent = slow_agent()

    async def main() -> AsyncIterator[RunEvent]:
        run = agent.run("hi")
        await anext(run)
        return run

    asyncio.run(main())

    assert len(agent.messages) == 3


class Stubborn(RecordingTool):
    """Takes its time to end."""

    ended = False

    async def run(self, msg: Message) -> Message:
        try:
            await trio.Event().wait()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(0.3)
            self.ended = True
        return await super().run(msg)


async def until(condition: object) -> None:
    async with asyncio.timeout(5):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.01)


def test_a_run_is_interrupted_from_asyncio() -> None:
    async def main() -> tuple[str, list[str]]:
        model = ScriptedModel(calls(("Slow", {})), "fine")
        agent = Agent(model=model, tools=[RecordingTool("Slow", trio.Event())])
        async with agent.run("go") as run:
            async for event in run:
                if isinstance(event, ToolCalled):
                    run.interrupt()
                    break
            with pytest.raises(RunInterruptedError):
                await run
        answer = await agent.run("go on")
        return answer.content, [response_text(message) for message in agent.messages]

    answer, history = asyncio.run(main())

    assert answer == "fine"
    assert history[2].startswith("[interrupted")


def test_a_run_whose_thread_has_not_begun_is_interrupted_too() -> None:
    async def main() -> None:
        run = Agent(model=ScriptedModel("one")).run("go")
        waiting = asyncio.ensure_future(run)
        await asyncio.sleep(0)
        run.interrupt()
        with pytest.raises(RunInterruptedError):
            await waiting

    asyncio.run(main())
