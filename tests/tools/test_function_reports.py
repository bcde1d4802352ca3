"""What a function shows before its result, wherever it runs."""

import os
import threading
import time

import pytest

from sagent.agent import Agent, ToolProgressed
from sagent.message import JsonMessage, Message, response_text
from sagent.testing import ScriptedModel, calls
from sagent.tool import Report, StreamingTool, Tool
from sagent.tools import tool


async def in_task(steps: int, report: Report) -> str:
    for step in range(steps):
        report(f"{step} ")
    return "done"


def elsewhere(steps: int, report: Report) -> str:
    for step in range(steps):
        report(f"{step} ")
    return "done"


EVERYWHERE = pytest.mark.parametrize(
    "function",
    [
        tool(name="work")(in_task),
        tool(name="work", runs_in="thread")(elsewhere),
        tool(name="work")(elsewhere),
    ],
    ids=["task", "thread", "process"],
)


async def streamed(function: Tool, **directive: int) -> tuple[list[str], Message]:
    told: list[str] = []
    assert isinstance(function, StreamingTool)
    result = await function.stream(JsonMessage(directive), told.append)
    return told, result


@EVERYWHERE
async def test_what_a_function_reports_is_told_in_its_order(function: Tool) -> None:
    told, result = await streamed(function, steps=3)

    assert told == ["0 ", "1 ", "2 "]
    assert response_text(result) == "done"


@EVERYWHERE
async def test_the_agent_tells_it_on(function: Tool) -> None:
    model = ScriptedModel(calls(("work", {"steps": 3})), "done")

    async with Agent(model=model, tools=[function]).run("go") as run:
        told = [event.content async for event in run if isinstance(event, ToolProgressed)]

    assert "".join(told) == "0 1 2 "


@EVERYWHERE
async def test_with_nobody_to_listen_it_runs_all_the_same(function: Tool) -> None:
    result = await function.run(JsonMessage({"steps": 2}))

    assert response_text(result) == "done"


async def test_a_report_comes_while_the_process_works_on() -> None:
    @tool
    def work(report: Report) -> float:
        report("begun")
        time.sleep(0.2)  # noqa: TID251  # in a process of its own
        return time.monotonic()

    heard: list[float] = []
    assert isinstance(work, StreamingTool)

    result = await work.stream(JsonMessage({}), lambda _: heard.append(time.monotonic()))

    assert heard[0] + 0.1 < float(response_text(result))


async def test_a_flood_of_reports_from_a_process_gets_through() -> None:
    @tool
    def flood(report: Report) -> int:
        def work() -> None:
            for _ in range(500):
                report("x" * 1000)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return os.getpid()

    told, _ = await streamed(flood)

    assert len(told) == 2000
    assert set(told) == {"x" * 1000}


async def test_of_a_report_without_end_the_end_is_told() -> None:
    @tool
    def work(report: Report) -> None:
        report("a" * 1_000_000 + "\udcff end")

    told, _ = await streamed(work)

    assert len(told[0]) == 65_536
    assert told[0].endswith("a? end")


async def test_a_function_that_fails_has_told_what_it_had() -> None:
    @tool
    def work(report: Report) -> None:
        report("half")
        raise ValueError("no more")

    told, result = await streamed(work)

    assert told == ["half"]
    assert response_text(result) == "ValueError: no more"


async def test_a_given_schema_leaves_the_report_to_the_agent() -> None:
    @tool(schema={"type": "object"})
    async def work(report: Report, **rest: object) -> str:
        report("here")
        return str(rest)

    told, result = await streamed(work, a=1)

    assert told == ["here"]
    assert response_text(result) == "{'a': 1}"
