"""A program on asyncio whose runs share a system, and what it leaves behind: nothing."""

import asyncio
import threading
from collections.abc import Generator

import pytest
import trio
from endless import Endless
from loopback import Reply, answer, chat, serve_loopback

from sagent.actors import Actor, System, open_system
from sagent.agent import Agent, Prompt, SystemThread, Text, ToolCalled, open_system_thread
from sagent.errors import RestartLimit, RunCancelledError, UsageError
from sagent.message import TextMessage
from sagent.providers import OpenAICompat
from sagent.testing import RecordingTool, ScriptedModel, calls

SAID: dict[str, object] = {"choices": [{"delta": {"content": "Once"}}]}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Generator[None]:
    yield

    assert [t.name for t in threading.enumerate() if t.name.startswith("sagent")] == []


def slow_agent() -> Agent:
    model = ScriptedModel(calls(("Slow", {})), "fine")
    return Agent(model=model, tools=[RecordingTool("Slow", trio.Event(), "late")])


def test_runs_of_one_name_share_a_system_and_its_thread() -> None:
    threads = set[threading.Thread]()

    def asked(_: object) -> str:
        threads.add(threading.current_thread())
        return "yes"

    async def main() -> list[str]:
        async with open_system_thread() as system:
            runs = [Agent(model=ScriptedModel(asked)).run("hi", system=system) for _ in range(20)]
            return [answer.content for answer in await asyncio.gather(*runs)]

    assert asyncio.run(main()) == ["yes"] * 20
    assert len(threads) == 1


def test_a_run_in_a_shared_system_tells_its_events() -> None:
    async def main() -> tuple[list[str], str]:
        async with open_system_thread() as system:
            run = Agent(model=ScriptedModel("a\nb")).run("hi", system=system)
            return [e.content async for e in run if isinstance(e, Text)], (await run).content

    assert asyncio.run(main()) == (["a\n", "b"], "a\nb")


def test_a_cancel_ends_the_run_and_leaves_the_system_to_others() -> None:
    agent = slow_agent()

    async def main() -> TextMessage:
        async with open_system_thread() as system:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(agent.run("hi", system=system), 0.2)
            assert len(agent.messages) == 3  # the call was closed by its result
            return await Agent(model=ScriptedModel("well")).run("hi", system=system)

    assert asyncio.run(main()).content == "well"


def test_runs_that_are_left_end_with_the_block() -> None:
    agent = slow_agent()

    async def main() -> None:
        async with open_system_thread() as system:
            run = agent.run("hi", system=system)
            async for event in run:
                if isinstance(event, ToolCalled):
                    break
        with pytest.raises(RunCancelledError, match="the system's thread has ended"):
            await run

    asyncio.run(main())

    assert len(agent.messages) == 3


def test_a_run_after_the_block_is_told_so() -> None:
    async def main() -> None:
        async with open_system_thread() as system:
            pass
        await Agent(model=ScriptedModel("hello")).run("hi", system=system)

    with pytest.raises(RunCancelledError, match="work in the block that opened it"):
        asyncio.run(main())


def test_an_error_in_the_block_ends_the_system_and_is_raised() -> None:
    agent = slow_agent()

    async def main() -> None:
        async with open_system_thread() as system:
            await anext(agent.run("hi", system=system))
            raise LookupError("of the block")

    with pytest.raises(LookupError, match="of the block"):
        asyncio.run(main())

    assert len(agent.messages) == 3


def test_a_cancel_of_the_block_ends_the_system() -> None:
    agent = slow_agent()

    async def main() -> None:
        async with asyncio.timeout(0.2), open_system_thread() as system:
            await agent.run("hi", system=system)

    with pytest.raises(TimeoutError):
        asyncio.run(main())

    assert len(agent.messages) == 3


def test_agents_that_stay_are_asked_through_a_call() -> None:
    async def ask(system: System, text: str) -> str:
        reviewer = system.whereis("reviewer")
        assert reviewer is not None
        return str(await reviewer.ask(Prompt(text)))

    async def hire(system: System, agent: Agent) -> None:
        await system.spawn(agent, name="reviewer")

    async def main() -> str:
        async with open_system_thread() as system:
            await system.call(hire, Agent(model=ScriptedModel("Looks right.")))
            return await system.call(ask, "Review the change.")

    assert "Looks right." in asyncio.run(main())


def test_an_error_of_a_call_is_the_callers() -> None:
    async def fail(_: System) -> None:
        raise LookupError("nowhere")

    async def main() -> None:
        async with open_system_thread() as system:
            await system.call(fail)

    with pytest.raises(LookupError, match="nowhere"):
        asyncio.run(main())


def test_a_cancelled_call_returns_when_its_work_has_ended() -> None:
    ended = list[str]()

    async def work(_: System) -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(0.1)
            ended.append("work")

    async def main() -> None:
        async with open_system_thread() as system:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(system.call(work), 0.1)
            ended.append("call")

    asyncio.run(main())

    assert ended == ["work", "call"]


def test_a_system_that_gives_up_says_why_at_the_end_of_the_block() -> None:
    async def work(system: System) -> None:
        ref = await system.spawn(Broken, restart="permanent")
        ref.tell("go")
        ref.tell("go")
        await trio.sleep_forever()

    async def main() -> None:
        async with open_system_thread() as system:
            with pytest.raises(RunCancelledError):
                await system.call(work)

    with pytest.raises(RestartLimit) as raised:
        asyncio.run(main())

    assert isinstance(raised.value.__cause__, LookupError)


def test_under_trio_a_system_thread_is_refused() -> None:
    async def shared() -> SystemThread:
        async with open_system_thread() as system:
            return system

    thread = asyncio.run(shared())

    async def main() -> None:
        await Agent(model=ScriptedModel("hello")).run("hi", system=thread)

    with pytest.raises(UsageError, match="under trio, give what open_system"):
        trio.run(main)


def test_under_trio_no_system_thread_is_opened() -> None:
    async def main() -> None:
        async with open_system_thread():
            pass

    with pytest.raises(UsageError, match="under trio use open_system"):
        trio.run(main)


def test_under_asyncio_a_system_of_trio_is_refused() -> None:
    async def opened() -> System:
        async with open_system() as system:
            return system

    system = trio.run(opened)

    async def main() -> None:
        await Agent(model=ScriptedModel("hello")).run("hi", system=system)

    with pytest.raises(UsageError, match="open_system_thread"):
        asyncio.run(main())


def test_a_cancelled_run_is_gone_from_the_wire() -> None:
    with serve_loopback(chat(SAID, hang=True)) as server:

        async def main() -> None:
            model = OpenAICompat(base_url=server.base_url).model("m")
            async with open_system_thread() as system:
                task = asyncio.ensure_future(Agent(model=model).run("hi", system=system))
                async with asyncio.timeout(5):
                    while not server.asked.is_set():
                        await asyncio.sleep(0.01)
                    task.cancel()
                    while not server.gone.is_set():
                        await asyncio.sleep(0.01)

        asyncio.run(main())


def test_runs_share_the_limit_of_requests_at_once() -> None:
    with serve_loopback(chat(SAID, hang=True), answer("Twice")) as server:

        async def main() -> tuple[int, str]:
            model = OpenAICompat(base_url=server.base_url, concurrency=1).model("m")
            async with open_system_thread() as system:
                first = Agent(model=model).run("hi", system=system)
                await anext(first)
                second = asyncio.ensure_future(Agent(model=model).run("hi", system=system))
                await asyncio.sleep(0.1)
                seen = len(server.seen)
                first.cancel()
                return seen, (await second).content

        assert asyncio.run(main()) == (1, "Twice")


def test_the_server_waits_for_who_reads_slowly() -> None:
    said = Endless()
    with serve_loopback(Reply(said)) as server:

        async def main() -> None:
            model = OpenAICompat(base_url=server.base_url).model("m")
            async with (
                open_system_thread() as system,
                Agent(model=model).run("hi", system=system) as run,
            ):
                await anext(run)
                await asyncio.sleep(0.3)

        asyncio.run(main())

    assert 0 < said.megabytes < 20


class Broken(Actor[str]):
    async def receive(self, message: str) -> None:
        raise LookupError(message)
