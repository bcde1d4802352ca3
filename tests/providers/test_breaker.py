"""A server that fails is given a rest, under many schedules."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
import httpx
import pytest
import trio
from virtual_server import (
    END,
    FINE,
    HELLO,
    ONCE,
    SILENT,
    UNREACHABLE,
    Calls,
    Said,
    VirtualServer,
    open_calls,
    refuses,
    text,
    virtual_server,
)

from sagent.errors import ProviderSuspendedError, ServerError
from sagent.providers import RetryPolicy

pytestmark = pytest.mark.usefixtures("any_schedule")

FAILS = refuses(500)


@asynccontextmanager
async def open_failing(
    server: VirtualServer, *, failures: int = 5, retry: RetryPolicy = ONCE
) -> AsyncGenerator[Calls, None]:
    async with open_calls(server, retry=retry) as calls:
        for _ in range(failures):
            assert await calls.outcome() == "ServerError"
        yield calls


async def test_four_failures_in_a_row_leave_the_breaker_closed() -> None:
    fails = [FAILS] * 4
    slow = refuses(429, retry_after="1")
    server = virtual_server(*fails, FINE, *fails, refuses(400), *fails, slow, *fails, FINE)
    async with open_calls(server) as calls:
        for _ in range(20):
            await calls.outcome()

        assert (await calls.status()).breaker == "closed"
    assert server.at == [*[0] * 15, *[1] * 5]


@pytest.mark.parametrize(
    "fails", [FAILS, UNREACHABLE, Said(ends=httpx.ReadError("reset"))], ids=["500", "away", "cut"]
)
async def test_five_failures_in_a_row_open_the_breaker_and_calls_wait(fails: Said) -> None:
    server = virtual_server(*[fails] * 5, FINE)
    async with open_calls(server) as calls:
        for _ in range(5):
            await calls.outcome()
        assert (await calls.status()).breaker == "open"
        assert await calls.outcome() == "fine"

        assert (await calls.status()).breaker == "closed"
    assert server.at == [*[0] * 5, 1]


async def test_one_call_probes_while_the_others_wait() -> None:
    server = virtual_server(*[FAILS] * 5, attrs.evolve(FINE, after_s=5))
    async with open_failing(server) as calls, trio.open_nursery() as nursery:
        nursery.start_soon(calls.outcomes, 10)
        await trio.sleep(3)
        assert (await calls.status()).breaker == "half-open"
        assert server.at[5:] == [1]

    assert server.at[5:] == [1, *[6] * 9]


async def test_each_probe_that_fails_doubles_the_rest_up_to_a_minute() -> None:
    server = virtual_server(FAILS)
    async with open_failing(server, retry=ONCE) as calls:
        for _ in range(9):
            await calls.outcome()

    assert server.at[5:] == [1, 3, 7, 15, 31, 63, 123, 183, 243]


async def test_a_probe_that_succeeds_makes_the_next_rest_short_again() -> None:
    server = virtual_server(*[FAILS] * 7, FINE, *[FAILS] * 5, FINE)
    async with open_failing(server) as calls:
        for _ in range(9):
            await calls.outcome()

    assert server.at[5:] == [1, 3, 7, 7, 7, 7, 7, 7, 8]


async def test_a_refusal_is_an_answer_too() -> None:
    server = virtual_server(*[FAILS] * 5, refuses(400), FINE)
    async with open_failing(server) as calls:
        assert await calls.outcome() == "StatusError"
        assert (await calls.status()).breaker == "closed"


async def test_a_probe_that_is_cancelled_lets_another_go() -> None:
    server = virtual_server(*[FAILS] * 5, SILENT, FINE)
    async with open_failing(server) as calls:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(calls.outcome)
            await trio.sleep(2)
            with trio.fail_after(2):
                nursery.start_soon(calls.outcome)
                await trio.sleep(1)
                nursery.cancel_scope.cancel()
        assert await calls.outcome() == "fine"

    assert server.at[5:] == [1, 3]


async def test_a_waiting_call_becomes_the_probe_when_the_probe_is_cancelled() -> None:
    server = virtual_server(*[FAILS] * 5, SILENT, FINE)
    async with open_failing(server) as calls:
        probe = trio.CancelScope()

        async def be_cancelled() -> None:
            with probe:
                await calls.outcome()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(be_cancelled)
            await trio.sleep(2)
            nursery.start_soon(calls.outcomes, 3)
            await trio.sleep(1)
            probe.cancel()

        assert (await calls.status()).breaker == "closed"
    assert server.at[5:] == [1, *[3] * 3]


async def test_a_call_that_waited_for_a_probe_in_vain_says_so() -> None:
    server = virtual_server(*[FAILS] * 5, SILENT)
    short = RetryPolicy(attempts=1, wall_s=20)
    async with open_failing(server, retry=short) as calls, trio.open_nursery() as nursery:
        nursery.start_soon(calls.outcome)
        await trio.sleep(2)
        with pytest.raises(ProviderSuspendedError) as caught:
            await calls.model.buffer(HELLO)
        nursery.cancel_scope.cancel()

    assert "inf" not in str(caught.value)


async def test_a_probe_that_succeeded_frees_no_other_when_it_ends() -> None:
    long = Said(pieces=(text("a"), 10.0, END))
    fails_late = attrs.evolve(FAILS, after_s=60)
    server = virtual_server(*[FAILS] * 5, long, *[FAILS] * 5, fails_late)
    async with open_failing(server) as calls, trio.open_nursery() as nursery:
        nursery.start_soon(calls.outcome)
        await trio.sleep(2)
        for _ in range(5):
            await calls.outcome()
        nursery.start_soon(calls.outcomes, 2)
        await trio.sleep(20)

        assert server.at[11:] == [3]
        nursery.cancel_scope.cancel()


async def test_the_last_error_is_raised_when_the_breaker_outlasts_a_call() -> None:
    server = virtual_server(FAILS)
    async with open_failing(server, failures=4) as calls:
        patient = RetryPolicy(wall_s=0.6)
        model = attrs.evolve(calls.model, retry=patient)
        with pytest.raises(ServerError):
            await model.buffer(HELLO)
