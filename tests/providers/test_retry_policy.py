"""How often a call is made again, and how long it waits where the server does not say."""

import random
from collections.abc import Callable
from functools import partial

import pytest
import trio
from trio.testing import MockClock
from virtual_server import FINE, HELLO, Said, VirtualServer, refuses, virtual_server

from sagent.errors import RateLimitError, ServerError, UsageError
from sagent.providers import RetryPolicy


@pytest.fixture(autouse=True)
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


async def answered(server: VirtualServer, retry: RetryPolicy | None = None) -> str:
    response = await server.provider(retry=retry).model("m").buffer(HELLO)
    return str(response.content.content[0].content)


async def test_waits_double_up_to_the_longest_until_the_attempts_are_used(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(refuses(500, {"error": {"message": "boom"}}))

    with pytest.raises(ServerError, match="boom"):
        await answered(server, RetryPolicy(attempts=7, first_s=1, most_s=5))

    assert server.at == [0, 1, 3, 7, 12, 17, 22]


async def test_no_attempt_begins_after_the_wall(autojump_clock: MockClock) -> None:
    server = virtual_server(refuses(500))

    with pytest.raises(ServerError):
        await answered(server, RetryPolicy(wall_s=10))

    assert server.at == [0, 0.5, 1.5, 3.5, 7.5]
    assert trio.current_time() == 7.5


async def test_the_wall_stands_so_long_after_the_first_failure_not_the_start(
    autojump_clock: MockClock,
) -> None:
    late = Said(status=500, after_s=100)
    server = virtual_server(late, FINE)

    assert await answered(server, RetryPolicy(wall_s=1)) == "fine"


async def test_being_told_to_slow_down_uses_no_attempt(autojump_clock: MockClock) -> None:
    slow = refuses(429, retry_after="1")
    server = virtual_server(*[slow] * 20, FINE)

    assert await answered(server, RetryPolicy(attempts=2)) == "fine"
    assert server.at == [*range(21)]


async def test_one_attempt_is_one_attempt(autojump_clock: MockClock) -> None:
    server = virtual_server(refuses(429, retry_after="1"), FINE)

    with pytest.raises(RateLimitError):
        await answered(server, RetryPolicy(attempts=1))


@pytest.mark.parametrize("refusal", [refuses(500), refuses(429)])
async def test_jitter_takes_up_to_a_quarter_off_a_wait(
    refusal: Said, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(random, "random", random.Random(11).random)
    waits: list[float] = []
    for _ in range(50):
        server = virtual_server(refusal, FINE)
        await answered(server)
        waits.append(server.at[1] - server.at[0])

    assert min(waits) >= 0.375
    assert max(waits) <= 0.5
    assert max(waits) - min(waits) > 0.1


async def test_what_the_server_asks_for_has_no_jitter(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.9)
    server = virtual_server(refuses(503, retry_after="8"), FINE)

    await answered(server)

    assert server.at == [0, 8]


@pytest.mark.parametrize(
    "policy",
    [
        partial(RetryPolicy, attempts=0),
        partial(RetryPolicy, first_s=-1),
        partial(RetryPolicy, first_s=5, most_s=1),
        partial(RetryPolicy, wall_s=-1),
        partial(RetryPolicy, wall_s=float("nan")),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(policy: Callable[[], RetryPolicy]) -> None:
    with pytest.raises(UsageError, match="attempts is at least 1"):
        policy()
