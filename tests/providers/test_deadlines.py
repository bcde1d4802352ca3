"""How long a server may be silent, and what does not count as a word from it."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
import trio
from loopback import DONE, frame
from trio.testing import MockClock
from virtual_server import END, FINE, HELLO, SILENT, Said, open_calls, streams, text, virtual_server

from sagent.errors import StreamCutError, UsageError
from sagent.model import Retrying, TextDelta, ToolCallReady
from sagent.providers import RetryPolicy, Timeouts

FIRST_S, IDLE_S = 60.0, 10.0
FOREVER = 500
COMMENT = b": keep-alive\n\n"
PING = b'event: ping\ndata: {"type": "ping"}\n\n'


def every(seconds: float, piece: bytes) -> Iterator[bytes | float]:
    for _ in range(FOREVER):
        yield seconds
        yield piece


async def answered(*replies: Said, attempts: int = 1) -> str:
    server = virtual_server(*replies)
    provider = server.provider(
        timeouts=Timeouts(first_event_s=FIRST_S, idle_s=IDLE_S),
        retry=RetryPolicy(attempts=attempts),
    )
    response = await provider.model("m").buffer(HELLO)
    return str(response.content.content[0].content)


@pytest.mark.parametrize(
    "silence",
    [
        pytest.param(SILENT, id="nothing"),
        pytest.param(streams(float("inf")), id="row-18-headers"),
        pytest.param(streams(*every(0.4, COMMENT)), id="row-19-comments"),
        pytest.param(streams(*every(0.4, PING)), id="pings"),
        pytest.param(streams(*every(0.4, b"\n")), id="empty-lines"),
        pytest.param(streams(*every(0.4, b"data: ")), id="a-line-without-end"),
        pytest.param(
            streams(*every(0.4, b'data: {"type": "ping"}\n\n')),
            id="pings-without-a-name",
        ),
        pytest.param(
            streams(*every(0.4, b'event: keepalive\ndata: {"type": "keepalive"}\n\n')),
            id="keepalives-of-Responses",
        ),
    ],
)
async def test_an_answer_must_begin_whatever_keeps_its_connection_open(
    silence: Said, autojump_clock: MockClock
) -> None:
    with pytest.raises(StreamCutError, match="was silent for 60 s: try again"):
        await answered(silence)

    assert trio.current_time() == pytest.approx(FIRST_S)


@pytest.mark.parametrize(
    "silence",
    [
        pytest.param([float("inf")], id="row-18-nothing"),
        pytest.param([*every(0.4, COMMENT)], id="row-19-comments"),
        pytest.param([*every(0.4, PING)], id="pings"),
    ],
)
async def test_an_answer_must_go_on_whatever_keeps_its_connection_open(
    silence: list[bytes | float], autojump_clock: MockClock
) -> None:
    with pytest.raises(StreamCutError, match="was silent for 10 s: try again"):
        await answered(streams(5.0, text("so"), *silence))

    assert trio.current_time() == pytest.approx(5 + IDLE_S)


async def test_the_message_says_how_long_the_silence_was(autojump_clock: MockClock) -> None:
    role = frame({"choices": [{"delta": {"role": "assistant"}}]})

    with pytest.raises(StreamCutError, match="was silent for 10 s: try again"):
        await answered(streams(role, float("inf")))


async def test_comments_do_no_harm_to_an_answer_that_comes(autojump_clock: MockClock) -> None:
    waits: list[bytes | float] = [COMMENT, 0.4] * 6

    assert await answered(streams(*waits, text("fine"), *waits, END)) == "fine"


async def test_an_answer_may_take_any_time_if_it_goes_on(autojump_clock: MockClock) -> None:
    pieces = every(IDLE_S - 1, text("a"))

    assert await answered(streams(*pieces, END)) == "a" * FOREVER
    assert trio.current_time() == FOREVER * (IDLE_S - 1)


async def test_an_answer_about_pings_is_no_ping(autojump_clock: MockClock) -> None:
    about = frame({"type": "c", "choices": [{"delta": {"content": "ping"}}]})

    assert await answered(streams(*every(IDLE_S - 1, about), END)) == "ping" * FOREVER


async def test_arguments_of_a_tool_call_that_take_long_are_no_silence(
    autojump_clock: MockClock,
) -> None:
    begin = frame(
        {
            "choices": [
                {
                    "delta": {
                        "tool_calls": [
                            {"id": "c", "function": {"name": "f", "arguments": '{"x": "'}}
                        ]
                    }
                }
            ]
        }
    )
    more = frame({"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "y"}}]}}]})
    end = frame({"choices": [{"delta": {"tool_calls": [{"function": {"arguments": '"}'}}]}}]})
    server = virtual_server(streams(begin, *every(IDLE_S - 1, more), end, END))
    model = server.provider(timeouts=Timeouts(first_event_s=FIRST_S, idle_s=IDLE_S)).model("m")

    async with model.stream(HELLO) as events:
        first = await anext(events)

    assert isinstance(first, ToolCallReady)
    assert trio.current_time() == FOREVER * (IDLE_S - 1)


async def test_a_reader_that_takes_its_time_is_not_the_servers_silence(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(streams(*[text("a")] * FOREVER, 1.0, END))
    model = server.provider(timeouts=Timeouts(first_event_s=FIRST_S, idle_s=IDLE_S)).model("m")
    read = 0
    async with model.stream(HELLO) as events:
        async for event in events:
            read += isinstance(event, TextDelta)
            await trio.sleep(IDLE_S * 2)

    assert read == FOREVER
    assert len(server.at) == 1


async def test_a_server_is_silent_however_slow_its_reader(autojump_clock: MockClock) -> None:
    server = virtual_server(streams(text("a"), text("b"), float("inf")))
    provider = server.provider(
        timeouts=Timeouts(first_event_s=FIRST_S, idle_s=IDLE_S), retry=RetryPolicy(attempts=1)
    )
    async with provider.model("m").stream(HELLO) as events:
        await anext(events)
        await trio.sleep(IDLE_S * 10)
        await anext(events)

        with pytest.raises(StreamCutError, match="was silent"):
            await anext(events)

    assert trio.current_time() == IDLE_S * 10


async def test_a_server_that_said_nothing_is_asked_again(autojump_clock: MockClock) -> None:
    server = virtual_server(SILENT, FINE)
    provider = server.provider(timeouts=Timeouts(first_event_s=FIRST_S, idle_s=IDLE_S))

    async with provider.model("m").stream(HELLO) as events:
        retrying = await anext(events)
        assert await anext(events) == TextDelta("fine")

    assert isinstance(retrying, Retrying)
    assert "was silent for 60 s" in retrying.reason


async def test_each_attempt_has_the_whole_deadline(autojump_clock: MockClock) -> None:
    late = Said(after_s=FIRST_S - 1, pieces=FINE.pieces)

    assert await answered(SILENT, late, attempts=2) == "fine"


async def test_a_server_that_stays_on_after_the_end_is_not_waited_for(
    autojump_clock: MockClock,
) -> None:
    async with open_calls(virtual_server(streams(text("fine"), END, float("inf")))) as calls:
        assert await calls.outcome() == "fine"
        await trio.sleep(1)

        assert (await calls.status()).in_flight == 0


async def test_an_end_that_only_the_close_shows_is_waited_for_no_longer_than_the_idle_time(
    autojump_clock: MockClock,
) -> None:
    finished = frame({"choices": [{"delta": {"content": "fine"}, "finish_reason": "stop"}]})

    assert await answered(streams(finished, IDLE_S - 1, frame(DONE))) == "fine"


async def test_an_answer_that_told_the_reason_of_its_end_is_whole(
    autojump_clock: MockClock,
) -> None:
    finished = frame({"choices": [{"delta": {"content": "fine"}, "finish_reason": "stop"}]})

    assert await answered(streams(finished, float("inf"))) == "fine"


@pytest.mark.parametrize(
    "timeouts",
    [
        partial(Timeouts, first_event_s=0),
        partial(Timeouts, idle_s=-1),
        partial(Timeouts, idle_s=float("nan")),
    ],
)
def test_deadlines_that_cannot_be_meant_are_refused(timeouts: Callable[[], Timeouts]) -> None:
    with pytest.raises(UsageError, match="both are positive"):
        timeouts()
