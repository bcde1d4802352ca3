"""An async tool that blocks its thread is told to who writes it."""

import anyio
import pytest
import trio
from trio.testing import MockClock

from sagent.message import JsonMessage, is_error, response_text
from sagent.tools import tool


@pytest.fixture
def any_time_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sagent.tools._minded_call._LONG_S", 0)


@tool
async def block() -> str:
    return "done"


@tool(runs_in="asyncio")
async def block_the_loop() -> str:
    return "done"


@tool
async def wait() -> str:
    try:
        await trio.sleep(3600)
    finally:
        with trio.CancelScope(shield=True):
            await trio.lowlevel.checkpoint()
    return "done"


@pytest.mark.usefixtures("any_time_is_long")
async def test_a_tool_that_blocks_is_named(caplog: pytest.LogCaptureFixture) -> None:
    answer = await block.run(JsonMessage({}))

    assert response_text(answer) == "done"
    assert [record.name for record in caplog.records] == ["sagent.tools._minded_call"]
    assert "the tool block blocked its thread for 0.0 s" in caplog.text


@pytest.mark.usefixtures("any_time_is_long")
def test_a_tool_that_blocks_the_loop_of_asyncio_is_named(caplog: pytest.LogCaptureFixture) -> None:
    answer = anyio.run(block_the_loop.run, JsonMessage({}))

    assert response_text(answer) == "done"
    assert "block_the_loop blocked its thread" in caplog.text


async def test_a_tool_that_waits_long_is_not(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await wait.run(JsonMessage({}))

    assert (response_text(answer), autojump_clock.current_time()) == ("done", 3600)
    assert not caplog.records


async def test_a_cancel_reaches_a_tool_that_is_minded(autojump_clock: MockClock) -> None:
    with trio.move_on_after(1) as scope:
        await wait.run(JsonMessage({}))

    assert scope.cancelled_caught
    assert autojump_clock.current_time() == 1


async def test_an_error_of_the_async_library_reaches_the_tool_as_its_own() -> None:
    @tool
    async def expect() -> str:
        with trio.move_on_after(0):
            await trio.sleep_forever()
        raise KeyError("gone")

    answer = await expect.run(JsonMessage({}))

    assert is_error(answer)
    assert response_text(answer) == "KeyError: 'gone'"
