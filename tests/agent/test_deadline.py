"""How long a call may take."""

import time

import pytest
import trio

from sagent.agent import Agent
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import Descriptor, result_text
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Report, Tool
from sagent.tools import tool


async def result_of(*tools: Tool) -> str:
    asked: list[tuple[str, JSON]] = [(tool.name, {}) for tool in tools]
    model = ScriptedModel(calls(*asked), "done")
    agent = Agent(model=model, tools=tools)
    await agent.run("go")
    results = [m for m in agent.messages if m.descriptor == Descriptor.TOOL_RESULT]
    return "\n".join(map(result_text, results))


async def test_a_call_that_takes_too_long_is_stopped_and_told(autojump_clock: object) -> None:
    @tool(deadline_s=30)
    async def wait() -> None:
        await trio.sleep_forever()

    before = trio.current_time()
    text = await result_of(wait)

    assert text.startswith("wait was stopped after 30 s, which is all it may take; it may have had")
    assert trio.current_time() - before == pytest.approx(30)


async def test_a_call_that_is_in_time_is_not_touched(autojump_clock: object) -> None:
    @tool(deadline_s=30)
    async def wait() -> str:
        await trio.sleep(29)
        return "in time"

    assert await result_of(wait) == "in time"


async def test_each_call_has_its_own_time(autojump_clock: object) -> None:
    @tool(deadline_s=30)
    async def short() -> None:
        await trio.sleep_forever()

    @tool
    async def free() -> str:
        await trio.sleep(60)
        return "at leisure"

    text = await result_of(short, free)

    assert "short was stopped after 30 s" in text
    assert "at leisure" in text


async def test_a_tool_that_reports_is_stopped_likewise(autojump_clock: object) -> None:
    @tool(deadline_s=0.5)
    async def wait(report: Report) -> None:
        report("begun")
        await trio.sleep_forever()

    assert "wait was stopped after 0.5 s" in await result_of(wait)


async def test_any_tool_may_declare_its_time(autojump_clock: object) -> None:
    class Slow(RecordingTool):
        deadline_s = 2.0

    assert "Slow was stopped after 2 s" in await result_of(Slow("Slow", trio.Event()))


async def test_a_process_is_killed_when_its_time_is_over() -> None:
    @tool(deadline_s=0.5)
    def spin() -> None:
        while True:
            pass

    before = time.monotonic()
    text = await result_of(spin)

    assert "spin was stopped after 0.5 s" in text
    assert time.monotonic() - before < 10


def test_a_declaration_that_cannot_be_meant_is_refused_by_the_agent() -> None:
    class Wrong(RecordingTool):
        deadline_s = -1.0

    with pytest.raises(UsageError, match=r"Wrong has a deadline_s of -1.0: allow a number above 0"):
        Agent(model=ScriptedModel(), tools=[Wrong("Wrong")])
