"""What is done wrong under asyncio is told in a line that says what to do instead."""

import asyncio
import gc
import multiprocessing
import os
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest
import trio
import trio.lowlevel

from sagent.actors import Ref, System, open_system
from sagent.agent import Agent, Mail, Prompt, SystemThread, open_system_thread
from sagent.errors import AgentBusyError, SessionBusyError, UsageError
from sagent.home import Home
from sagent.message import JsonMessage, response_text
from sagent.model import ModelRequest
from sagent.providers import OpenAICompat
from sagent.session import create_session, open_session
from sagent.team import map_agents
from sagent.testing import ScriptedModel
from sagent.tools import Bash, tool

WAY_OUT = r"by `await system\.call\(\.\.\.\)`"


def says(*words: str) -> Agent:
    return Agent(model=ScriptedModel(*words))


async def a_system() -> None:
    async with open_system():
        pass


async def a_team() -> None:
    async with map_agents(says(), ["a"]):
        pass


async def a_model() -> None:
    await ScriptedModel("x").buffer(ModelRequest(messages=()))


async def a_list_of_models() -> None:
    await OpenAICompat(base_url="http://127.0.0.1:1/v1", key="k").models()


async def a_builtin_tool() -> None:
    await Bash().run(JsonMessage({"command": "true"}))


async def a_tool_in_a_process() -> None:
    @tool
    def halve(number: int) -> float:
        return number / 2

    await halve.run(JsonMessage({"number": 1}))


async def a_question() -> None:
    async def spawned(system: System) -> Ref[Mail]:
        return await system.spawn(says("x"), name="clerk")

    async with open_system_thread() as system:
        ref = await system.call(spawned)
        await ref.ask(Prompt("hi"))


@pytest.mark.parametrize(
    "use",
    [
        a_system,
        a_team,
        a_model,
        a_list_of_models,
        a_builtin_tool,
        a_tool_in_a_process,
        a_question,
    ],
)
def test_what_works_under_trio_says_how_to_do_it_from_asyncio(
    use: Callable[[], Awaitable[None]],
) -> None:
    async def main() -> None:
        with pytest.raises(UsageError, match=WAY_OUT):
            await use()

    asyncio.run(main())


def test_a_tool_of_trio_that_is_tried_under_asyncio_says_so() -> None:
    @tool
    async def nap() -> None:
        await trio.lowlevel.checkpoint()

    told = response_text(asyncio.run(nap.run(JsonMessage({}))))

    assert told.endswith("nap runs under trio: test it there, or in an agent's run")


def test_a_run_that_is_never_awaited_warns() -> None:
    def forget() -> None:
        says("x").run("hi")
        gc.collect()

    with pytest.warns(RuntimeWarning, match="never awaited"):
        forget()


def test_a_run_that_was_refused_does_not_warn() -> None:
    async def main() -> None:
        async with open_system_thread() as system:
            pass
        with pytest.raises(Exception, match="has ended"):
            await says("x").run("hi", system=system)

    with warnings.catch_warnings(action="error"):
        asyncio.run(main())
        gc.collect()


def test_a_run_is_of_the_loop_that_began_it() -> None:
    async def main() -> None:
        run = says("x").run("hi")
        async for _ in run:
            break

        async def elsewhere() -> None:
            await run

        for other in (lambda: asyncio.run(elsewhere()), lambda: trio.run(elsewhere)):
            with pytest.raises(UsageError, match="begun in another loop"):
                await asyncio.to_thread(other)
        assert (await run).content == "x"

    asyncio.run(main())


def test_a_run_of_trio_is_not_awaited_in_asyncio() -> None:
    async def main() -> None:
        async with says("x").run("hi") as run:
            await anext(run)

            async def elsewhere() -> None:
                await run

            with pytest.raises(UsageError, match="begun in another loop"):
                await trio.to_thread.run_sync(lambda: asyncio.run(elsewhere()))

    trio.run(main)


def test_a_block_that_was_not_entered_is_no_system() -> None:
    async def main() -> None:
        with pytest.raises(UsageError, match="give what the block gives"):
            await says("x").run("hi", system=cast("SystemThread", open_system_thread()))

    asyncio.run(main())


def test_a_call_takes_an_async_function() -> None:
    def tree(home: System) -> str:
        return str(home.tree())

    async def main() -> None:
        async with open_system_thread() as system:
            with pytest.raises(UsageError, match="write it with async def"):
                await system.call(cast("Callable[[System], Awaitable[str]]", tree))

    asyncio.run(main())


def test_work_of_a_call_that_wants_asyncio_has_a_note_on_the_way_back() -> None:
    async def work(_: System) -> None:
        await asyncio.sleep(1)

    async def main() -> list[str]:
        async with open_system_thread() as system:
            with pytest.raises(RuntimeError, match="no running event loop") as caught:
                await system.call(work)
        return caught.value.__notes__

    assert asyncio.run(main()) == ["What call is given runs under trio: call_in_asyncio goes back."]


def _told_in_fork(system: SystemThread, told: "multiprocessing.SimpleQueue[str]") -> None:
    async def main() -> None:
        await says("x").run("hi", system=system)

    try:
        asyncio.run(main())
    except UsageError as error:
        told.put(str(error))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_fork_does_not_have_the_systems_thread() -> None:
    async def main() -> str:
        context = multiprocessing.get_context("fork")
        told: multiprocessing.SimpleQueue[str] = context.SimpleQueue()
        async with open_system_thread() as system:
            process = context.Process(target=_told_in_fork, args=(system, told))
            process.start()
            await asyncio.to_thread(process.join)
        return told.get()

    assert f"is in process {os.getpid()}, of which this is a fork" in asyncio.run(main())


def test_a_busy_agent_says_how_a_run_that_was_left_early_ends() -> None:
    async def main() -> None:
        agent = says("\n".join("x" * 100), "y")
        run = agent.run("hi")
        async for _ in run:
            break
        with pytest.raises(AgentBusyError, match="left early by `async with`"):
            await agent.run("hi")

    asyncio.run(main())


def test_a_session_that_this_process_writes_says_to_wait(tmp_path: Path) -> None:
    with (
        create_session(Home(tmp_path), cwd=tmp_path) as session,
        pytest.raises(SessionBusyError, match="open in this process already: wait"),
        open_session(session.directory),
    ):
        pass
