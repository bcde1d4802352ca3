"""Tools of an agent under asyncio: in the program's own loop, where its pools and clients are."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar

import pytest
import trio

from sagent.agent import Agent, SystemThread, ToolProgressed, call_in_asyncio, open_system_thread
from sagent.errors import UsageError
from sagent.message import JsonMessage, response_text, result_text
from sagent.testing import ScriptedModel, calls
from sagent.tool import Report, Tool
from sagent.tools import tool

type Home = Callable[[], AbstractAsyncContextManager[SystemThread | None]]

REQUEST = ContextVar("REQUEST", default="none")


@asynccontextmanager
async def no_system() -> AsyncGenerator[None]:
    yield None


HOMES = pytest.mark.parametrize("home", [no_system, open_system_thread])


async def result_of(made: Tool, system: SystemThread | None = None) -> str:
    model = ScriptedModel(calls((made.name, {})), "done")
    await Agent(model=model, tools=[made]).run("go", system=system)
    return result_text(model.requests[-1].messages[-1])


@HOMES
def test_a_tool_works_in_the_loop_of_the_program(home: Home) -> None:
    async def main() -> str:
        loop, lock = asyncio.get_running_loop(), asyncio.Lock()

        @tool(runs_in="asyncio")
        async def query() -> bool:
            async with lock, asyncio.timeout(5):
                await asyncio.sleep(0)
            return asyncio.get_running_loop() is loop

        async with home() as system:
            return await result_of(query, system)

    assert asyncio.run(main()) == "true"


@HOMES
def test_a_cancel_returns_when_the_tool_in_the_loop_has_ended(home: Home) -> None:
    ended: list[str] = []

    async def main() -> None:
        begun = asyncio.Event()

        @tool(runs_in="asyncio")
        async def query() -> None:
            begun.set()
            try:
                await asyncio.sleep(3600)
            finally:
                await asyncio.sleep(0)
                ended.append("query")

        async with home() as system:
            task = asyncio.create_task(result_of(query, system))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            ended.append("run")

    asyncio.run(main())

    assert ended == ["query", "run"]


def test_the_end_of_the_program_ends_its_tools() -> None:
    ended: list[str] = []

    async def main() -> asyncio.Task[str]:
        begun = asyncio.Event()

        @tool(runs_in="asyncio")
        async def query() -> None:
            begun.set()
            try:
                await asyncio.sleep(3600)
            finally:
                ended.append("query")

        task = asyncio.create_task(result_of(query))
        await begun.wait()
        return task

    asyncio.run(main())

    assert ended == ["query"]


@HOMES
def test_a_tool_sees_the_context_of_who_awaits_the_run(home: Home) -> None:
    @tool(runs_in="asyncio")
    async def in_loop() -> str:
        return REQUEST.get()

    @tool
    async def in_task() -> str:
        return REQUEST.get()

    async def main() -> list[str]:
        async with home() as system:
            REQUEST.set("request 7")
            return [await result_of(in_loop, system), await result_of(in_task, system)]

    assert asyncio.run(main()) == ["request 7", "request 7"]


def test_what_a_tool_in_the_loop_raises_is_told_to_the_model() -> None:
    @tool(runs_in="asyncio")
    async def query() -> None:
        raise KeyError("there is no table x")

    assert asyncio.run(result_of(query)) == "KeyError: 'there is no table x'"


def test_a_tool_whose_task_is_cancelled_in_the_loop_fails_alone() -> None:
    @tool(runs_in="asyncio")
    async def query() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    assert "cancelled in asyncio" in asyncio.run(result_of(query))


def test_what_a_tool_in_the_loop_reports_is_told_before_its_result() -> None:
    @tool(runs_in="asyncio")
    async def query(*, report: Report) -> str:
        report("half")
        await asyncio.sleep(0)
        report("whole")
        return "rows"

    async def main() -> list[str]:
        model = ScriptedModel(calls(("query", {})), "done")
        run = Agent(model=model, tools=[query]).run("go")
        return [event.content async for event in run if isinstance(event, ToolProgressed)]

    assert "".join(asyncio.run(main())) == "halfwhole"


def test_a_tool_is_tested_alone_under_asyncio() -> None:
    @tool(runs_in="asyncio")
    async def query() -> str:
        await asyncio.sleep(0)
        return "rows"

    assert response_text(asyncio.run(query.run(JsonMessage({})))) == "rows"


def test_under_trio_alone_there_is_no_loop_for_a_tool() -> None:
    @tool(runs_in="asyncio")
    async def query() -> str:
        return "rows"

    told = response_text(trio.run(query.run, JsonMessage({})))

    assert told == "there is no asyncio to work in: await the run under asyncio, or work under trio"


def test_an_async_tool_that_needs_asyncio_is_told_where_to_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @tool
    async def query() -> None:
        await asyncio.sleep(1)

    told = asyncio.run(result_of(query))

    assert told == (
        "RuntimeError: no running event loop: query runs under trio, decorate it with "
        '@tool(runs_in="asyncio")'
    )
    assert [record.getMessage() for record in caplog.records] == [told]


def test_a_future_of_asyncio_in_a_tool_is_told_where_to_run() -> None:
    async def main() -> str:
        future = asyncio.get_running_loop().create_future()

        @tool
        async def query() -> None:
            await future

        return await result_of(query)

    assert '@tool(runs_in="asyncio")' in asyncio.run(main())


def test_only_an_async_function_runs_in_asyncio() -> None:
    with pytest.raises(UsageError, match="query is no async def"):

        @tool(runs_in="asyncio")
        def query() -> None: ...


def test_work_in_a_system_calls_back_into_asyncio() -> None:
    async def main() -> bool:
        loop = asyncio.get_running_loop()

        async def there() -> bool:
            await asyncio.sleep(0)
            return asyncio.get_running_loop() is loop

        async def work(_: object) -> bool:
            return await call_in_asyncio(there)

        async with open_system_thread() as system:
            return await system.call(work)

    assert asyncio.run(main())
