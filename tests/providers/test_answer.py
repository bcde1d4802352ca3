"""What stands between a wire and the reader of its answer."""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked
from virtual_server import END, HELLO, streams, text, virtual_server

from sagent.model import ModelEvent, TextDelta
from sagent.providers._answer import BUFFERED_EVENTS, Sink, open_answer


async def test_the_wire_runs_ahead_of_its_reader_by_so_many_events_and_no_more(
    autojump_clock: MockClock,
) -> None:
    sent: list[int] = []

    async def send(sink: Sink) -> None:
        for number in range(BUFFERED_EVENTS * 2):
            await sink.send(TextDelta(str(number)))
            sent.append(number)
        sink.close()

    async with open_answer() as answer, trio.open_nursery() as nursery:
        nursery.start_soon(send, answer.sink)
        await wait_all_tasks_blocked()
        ahead = len(sent)
        read = [event async for event in answer]

    assert ahead == BUFFERED_EVENTS
    assert read == [TextDelta(str(number)) for number in range(BUFFERED_EVENTS * 2)]


async def test_a_wire_that_waits_for_a_reader_learns_that_it_has_gone() -> None:
    async def fill(sink: Sink) -> None:
        while True:
            await sink.send(TextDelta("more"))

    async def sends_to_nobody(sink: Sink) -> None:
        with pytest.raises(trio.BrokenResourceError):
            await fill(sink)

    async with trio.open_nursery() as nursery, open_answer() as answer:
        nursery.start_soon(sends_to_nobody, answer.sink)
        await wait_all_tasks_blocked()


async def test_a_reader_that_is_cancelled_while_it_waits_loses_nothing(
    autojump_clock: MockClock,
) -> None:
    server = virtual_server(streams(text("a"), 5.0, text("b"), END))
    async with server.provider().model("m").stream(HELLO) as events:
        read: list[ModelEvent] = [await anext(events)]
        with trio.move_on_after(1):
            await anext(events)
        read.append(await anext(events))

    assert read == [TextDelta("a"), TextDelta("b")]


async def test_two_tasks_cannot_wait_for_one_answer(autojump_clock: MockClock) -> None:
    server = virtual_server(streams(float("inf")))
    async with (
        server.provider().model("m").stream(HELLO) as events,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(anext, events)
        await wait_all_tasks_blocked()

        with pytest.raises(trio.BusyResourceError, match="let one do it"):
            await anext(events)
        nursery.cancel_scope.cancel()
