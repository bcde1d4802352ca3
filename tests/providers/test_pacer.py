"""What the calls of one credential learn from each other, under many schedules."""

import random
from collections.abc import Iterable, Sequence

import attrs
import httpx
import pytest
import trio
from trio.testing import wait_all_tasks_blocked
from virtual_server import (
    FINE,
    HELLO,
    SILENT,
    Said,
    VirtualServer,
    open_calls,
    refuses,
    virtual_server,
)

from sagent.errors import ModelError, ProviderSuspendedError, RateLimitError
from sagent.model import Effort, ModelEvent, ModelRequest, Retrying
from sagent.providers import ProviderStatus, RetryPolicy

pytestmark = pytest.mark.usefixtures("any_schedule")


@pytest.mark.schedules(3)
async def test_a_thousand_calls_heed_what_one_of_them_is_told() -> None:
    slow = refuses(429, retry_after="1")
    server = virtual_server(attrs.evolve(slow, after_s=0.1), attrs.evolve(FINE, after_s=0.1))
    async with open_calls(server, retry=RetryPolicy(), concurrency=10) as calls:
        outcomes = await calls.outcomes(1000)

    assert outcomes == ["fine"] * 1000
    assert [at for at in server.at if 0.1 < at < 1.1] == []
    assert len(server.at) == 1001


async def test_calls_go_in_the_order_of_their_coming() -> None:
    slow = refuses(429, retry_after="1")
    server = virtual_server(FINE, slow, FINE, FINE, slow, FINE)
    order: list[int] = []
    async with open_calls(server, retry=RetryPolicy(), concurrency=1) as calls:

        async def ask(number: int) -> None:
            await calls.outcome()
            order.append(number)

        async with trio.open_nursery() as nursery:
            for number in range(30):
                nursery.start_soon(ask, number)
                await wait_all_tasks_blocked()

    assert order == [*range(30)]


async def test_a_refusal_halves_the_limit_and_each_success_brings_one_back() -> None:
    slow = refuses(429, retry_after="1")
    busy = attrs.evolve(FINE, after_s=0.5)
    server = VirtualServer(lambda number: slow if number == 8 else busy)
    async with open_calls(server, retry=RetryPolicy(), concurrency=8) as calls:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(calls.outcomes, 8)
            await trio.sleep(0.1)
            halved = await calls.status()
        recovered = await calls.status()

    assert (halved.limit, halved.in_flight, halved.waiting) == (4, 7, 1)
    assert halved.paused_s == pytest.approx(0.9)
    assert recovered == ProviderStatus(
        breaker="closed", paused_s=0, in_flight=0, waiting=0, limit=8
    )


@pytest.mark.parametrize(("concurrency", "halved"), [(9, 4), (1, 1)])
async def test_refusals_of_one_time_halve_the_limit_once(concurrency: int, halved: int) -> None:
    slow = attrs.evolve(refuses(429, retry_after="30"), after_s=0.1)
    server = VirtualServer(lambda number: slow if number <= concurrency else SILENT)
    calls = open_calls(server, retry=RetryPolicy(), concurrency=concurrency)
    async with calls as open_ones, trio.open_nursery() as nursery:
        nursery.start_soon(open_ones.outcomes, concurrency)
        await trio.sleep(1)

        assert (await open_ones.status()).limit == halved
        nursery.cancel_scope.cancel()


async def test_waits_that_nobody_asked_for_grow_with_the_refusals_in_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)
    slow = refuses(429)
    server = virtual_server(*[slow] * 9, *[FINE] * 9, slow, slow, FINE, slow, FINE)
    async with open_calls(server, retry=RetryPolicy(), concurrency=9) as calls:
        await calls.outcomes(9)
        await calls.outcome()
        await calls.outcome()

    assert server.at == [*[0] * 9, *[0.5] * 9, 0.5, 1, 2, 2, 2.5]


async def test_a_call_that_waits_for_another_attempt_keeps_no_other_from_going() -> None:
    server = virtual_server(refuses(503, retry_after="60"), FINE)
    calls = open_calls(server, retry=RetryPolicy(), concurrency=1)
    async with calls as open_ones, trio.open_nursery() as nursery:
        nursery.start_soon(open_ones.outcome)
        await trio.sleep(1)
        await open_ones.outcome()

        assert trio.current_time() == 1


async def test_calls_that_were_refused_go_again_no_more_at_once_than_the_limit() -> None:
    slow, fine = refuses(429, retry_after="1"), attrs.evolve(FINE, after_s=0.1)
    server = VirtualServer(lambda number: attrs.evolve(slow, after_s=0.1) if number <= 40 else fine)
    async with (
        open_calls(server, retry=RetryPolicy(), concurrency=40) as calls,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(calls.outcomes, 40)
        await trio.sleep(0.5)
        limit = (await calls.status()).limit
        server.most = 0

    assert server.most <= limit


async def test_calls_wait_before_a_limit_that_is_used_up() -> None:
    used = {
        "content-type": "text/event-stream",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "20s",
    }
    server = virtual_server(attrs.evolve(FINE, headers=used), FINE)
    async with open_calls(server) as calls:
        assert await calls.outcomes(3) == ["fine"] * 3
        assert await calls.outcomes(3) == ["fine"] * 3

    assert {at for at in server.at if at} == {20}


async def test_a_pause_however_short_is_over_for_those_who_waited_for_others() -> None:
    used = {
        "content-type": "text/event-stream",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "50ms",
    }
    server = virtual_server(attrs.evolve(FINE, headers=used))
    async with open_calls(server, concurrency=1) as calls:
        with trio.fail_after(10):
            assert await calls.outcomes(3) == ["fine"] * 3

    assert server.at == pytest.approx([0, 0.05, 0.1])


async def test_a_limit_that_has_refused_nobody_holds_calls_back_for_a_minute_at_most() -> None:
    used = {
        "content-type": "text/event-stream",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "24h0m0s",
    }
    server = virtual_server(attrs.evolve(FINE, headers=used), FINE)
    async with open_calls(server) as calls:
        await calls.outcome()
        await calls.outcome()

    assert server.at == [0, 60]


async def test_calls_that_give_up_waiting_are_passed_over() -> None:
    server = virtual_server(attrs.evolve(FINE, after_s=1))
    order: list[int] = []
    async with open_calls(server, concurrency=1) as calls, trio.open_nursery() as nursery:
        scopes = [trio.CancelScope() for _ in range(100)]

        async def ask(number: int) -> None:
            with scopes[number]:
                await calls.outcome()
                order.append(number)

        for number in range(100):
            nursery.start_soon(ask, number)
            await wait_all_tasks_blocked()
        for number in set(range(100)) - {0, 30, 60, 99}:
            scopes[number].cancel()
        await wait_all_tasks_blocked()
        waiting = (await calls.status()).waiting

    assert waiting == 3
    assert order == [0, 30, 60, 99]


async def test_a_call_that_could_not_go_in_time_is_refused_and_says_for_how_long() -> None:
    impatient = RetryPolicy(wall_s=100)
    async with open_calls(
        virtual_server(refuses(429, retry_after="200")), retry=impatient
    ) as calls:
        with pytest.raises(RateLimitError, match="it asks to wait 200 s"):
            await calls.model.buffer(HELLO)

        with pytest.raises(ProviderSuspendedError, match="no call goes for 200 s more, since the"):
            await calls.model.buffer(HELLO)


async def test_no_wait_that_is_asked_for_holds_all_calls_back_for_more_than_five_minutes() -> None:
    server = virtual_server(refuses(429, retry_after="999999999"), FINE)
    async with open_calls(server) as calls:
        assert await calls.outcome() == "RateLimitError"
        assert (await calls.status()).paused_s == 300


async def test_a_call_that_waits_for_others_tells_its_reader() -> None:
    server = virtual_server(refuses(429, retry_after="7"), FINE)
    async with open_calls(server) as calls:
        assert await calls.outcome() == "RateLimitError"
        async with calls.model.stream(HELLO) as events:
            waiting = await anext(events)

    assert waiting == Retrying(1, 7, "the vendor asked to slow down")


async def test_one_calls_failure_fails_no_other() -> None:
    replies = [
        refuses(401),
        refuses(400),
        refuses(404),
        refuses(500),
        Said(ends=httpx.ConnectError("refused")),
        Said(pieces=(b"data: {bad\n\n",)),
        Said(ends=OSError("no descriptors")),
        FINE,
    ]
    server = virtual_server(*[attrs.evolve(reply, after_s=0.1) for reply in replies])
    async with open_calls(server) as calls:
        outcomes = await calls.outcomes(20)

    assert sorted(outcomes) == sorted(
        [
            "AuthenticationError",
            "StatusError",
            "NotFoundError",
            "ServerError",
            "ConnectionFailedError",
            "ProtocolError",
            "ModelError",
            *["fine"] * 13,
        ]
    )


@attrs.frozen(eq=False)
class Broken:
    """A wire whose decoder has a bug, which shows when an answer breaks off."""

    path: str = "chat/completions"
    efforts: Sequence[Effort] = ()
    media_types: frozenset[str] = frozenset()

    def encode(self, request: ModelRequest) -> bytes:
        return repr(request).encode()

    def decoder(self, request: ModelRequest) -> "Broken":
        return self

    def feed(self, data: str) -> Iterable[ModelEvent]:
        return ()

    def close(self) -> Iterable[ModelEvent]:
        raise KeyError("bug")


async def test_a_bug_in_a_decoder_fails_its_call_alone() -> None:
    long = attrs.evolve(FINE, after_s=500)
    server = virtual_server(long, Said(pieces=(*FINE.pieces, float("inf"))))
    async with open_calls(server) as calls, trio.open_nursery() as nursery:

        async def ask() -> None:
            assert await calls.outcome() == "fine"

        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        broken = attrs.evolve(calls.model, wire=Broken())

        with pytest.raises(ModelError, match=r"KeyError: 'bug'"):
            await broken.buffer(HELLO)
