"""What an actor costs, beside what the same costs with tasks and memory channels alone."""

import math
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import attrs
import trio
import trio.testing

from benchmarks.effort import FULL, Effort
from benchmarks.memory import traced_bytes
from benchmarks.row import BYTES, MICROSECONDS, Reading, Row, at_most, ratio_at_least
from sagent.actors import Actor, Ref, Request, open_system


@attrs.frozen
class Ping(Request[int]):
    pass


PING = Ping()


class Echo(Actor[Ping | int]):
    async def receive(self, message: Ping | int) -> int:
        return 1


class Relay(Actor[int]):
    def __init__(self, to: Ref[int]) -> None:
        self.to = to

    async def receive(self, message: int) -> None:
        self.to.tell(message)


class Counter(Actor[int]):
    def __init__(self) -> None:
        self.done = trio.Event()
        self.left = 0

    def expect(self, count: int) -> trio.Event:
        self.left, self.done = count, trio.Event()
        return self.done

    async def receive(self, message: int) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()


type Measure = Callable[[int], Awaitable[float]]
"""Does a thing so many times, and returns the seconds that it took."""


async def tell(count: int) -> float:
    async with open_system() as system:
        echo = await system.spawn(Echo)
        await echo.ask(PING)
        start = time.perf_counter()
        for number in range(count):
            echo.tell(number)
        await echo.ask(PING)
        return time.perf_counter() - start


async def channel_send(count: int) -> float:
    send, receive = trio.open_memory_channel[int](math.inf)

    async def consume() -> None:
        for _ in range(count):
            await receive.receive()

    start = time.perf_counter()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(consume)
        for number in range(count):
            await send.send(number)
    return time.perf_counter() - start


async def channel_send_nowait(count: int) -> float:
    send, receive = trio.open_memory_channel[int](math.inf)
    start = time.perf_counter()
    for number in range(count):
        send.send_nowait(number)
    for _ in range(count):
        await receive.receive()
    return time.perf_counter() - start


async def ask(count: int) -> float:
    async with open_system() as system:
        echo = await system.spawn(Echo)
        await echo.ask(PING)
        start = time.perf_counter()
        for _ in range(count):
            await echo.ask(PING)
        return time.perf_counter() - start


async def ask_in_one_deadline(count: int) -> float:
    with trio.fail_after(1000):
        return await ask(count)


async def ask_with_deadlines(count: int) -> float:
    async with open_system() as system:
        echo = await system.spawn(Echo)
        await echo.ask(PING)
        start = time.perf_counter()
        for _ in range(count):
            with trio.fail_after(1000):
                await echo.ask(PING)
        return time.perf_counter() - start


async def round_trip(count: int) -> float:
    there, here = trio.open_memory_channel[int](math.inf), trio.open_memory_channel[int](math.inf)

    async def echo() -> None:
        while True:
            await here[0].send(await there[1].receive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(echo)
        start = time.perf_counter()
        for number in range(count):
            await there[0].send(number)
            await here[1].receive()
        nursery.cancel_scope.cancel()
        return time.perf_counter() - start


async def round_trip_with_deadlines(count: int) -> float:
    there, here = trio.open_memory_channel[int](math.inf), trio.open_memory_channel[int](math.inf)

    async def echo() -> None:
        while True:
            await here[0].send(await there[1].receive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(echo)
        start = time.perf_counter()
        for number in range(count):
            with trio.fail_after(1000):
                await there[0].send(number)
                await here[1].receive()
        nursery.cancel_scope.cancel()
        return time.perf_counter() - start


async def fan(count: int) -> float:
    counter = Counter()
    async with open_system() as system:
        collector = await system.spawn(lambda: counter)
        relays = [await system.spawn(Relay, collector) for _ in range(count)]
        await trio.testing.wait_all_tasks_blocked()
        start = time.perf_counter()
        done = counter.expect(count)
        for relay in relays:
            relay.tell(1)
        await done.wait()
        return time.perf_counter() - start


async def fan_of_tasks(count: int) -> float:
    back, answers = trio.open_memory_channel[int](math.inf)

    async def relay(receive: trio.MemoryReceiveChannel[int]) -> None:
        while True:
            await back.send(await receive.receive())

    async with trio.open_nursery() as nursery:
        ends: list[trio.MemorySendChannel[int]] = []
        for _ in range(count):
            send, receive = trio.open_memory_channel[int](math.inf)
            nursery.start_soon(relay, receive)
            ends.append(send)
        await trio.testing.wait_all_tasks_blocked()
        start = time.perf_counter()
        for end in ends:
            await end.send(1)
        for _ in range(count):
            await answers.receive()
        nursery.cancel_scope.cancel()
        return time.perf_counter() - start


async def spawn(count: int) -> float:
    async with open_system() as system:
        start = time.perf_counter()
        for _ in range(count):
            await system.spawn(Echo)
        return time.perf_counter() - start


async def start_task(count: int) -> float:
    async def park(
        receive: trio.MemoryReceiveChannel[int],
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        task_status.started()
        await receive.receive()

    async with trio.open_nursery() as nursery:
        start = time.perf_counter()
        for _ in range(count):
            _, receive = trio.open_memory_channel[int](math.inf)
            await nursery.start(park, receive)
        took = time.perf_counter() - start
        nursery.cancel_scope.cancel()
    return took


async def actor_bytes(count: int) -> float:
    async with open_system() as system:
        before = traced_bytes()
        refs = [await system.spawn(Echo) for _ in range(count)]
        await trio.testing.wait_all_tasks_blocked()
        after = traced_bytes()
        del refs
        return after - before


async def task_bytes(count: int) -> float:
    async with trio.open_nursery() as nursery:
        before = traced_bytes()
        ends: list[object] = []
        for _ in range(count):
            send, receive = trio.open_memory_channel[int](math.inf)
            nursery.start_soon(receive.receive)
            ends.append(send)
        await trio.testing.wait_all_tasks_blocked()
        after = traced_bytes()
        nursery.cancel_scope.cancel()
        return after - before


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some ten seconds."""
    return [
        _times(effort, "tell, drained / channel send", (tell, channel_send), 10_000, 3.0),
        _times(effort, "tell, drained / send_nowait", (tell, channel_send_nowait), 10_000),
        _times(effort, "ask / round trip of channels", (ask, round_trip), 2000, 1.0),
        _times(
            effort,
            "ask in a deadline / round trip",
            (ask_in_one_deadline, round_trip),
            2000,
            0.9,
        ),
        _times(
            effort,
            "ask, a deadline each / round trip, a deadline each",
            (ask_with_deadlines, round_trip_with_deadlines),
            2000,
            0.9,
        ),
        _times(effort, "fan-out and in of 1,000 / tasks", (fan, fan_of_tasks), 1000, 1.0),
        _times(effort, "spawn / start of a task", (spawn, start_task), 500),
        _idle(effort),
    ]


def _times(
    effort: Effort,
    what: str,
    pair: tuple[Measure, Measure],
    count: int,
    wanted: float | None = None,
) -> Row:
    measure, measure_anchor = pair
    ours, anchor = effort.medians(
        lambda: trio.run(measure, count), lambda: trio.run(measure_anchor, count)
    )
    return Row(
        what=what,
        ours=ours / count,
        anchor=anchor / count,
        unit=MICROSECONDS,
        reading=Reading.SPEED,
        target=None if wanted is None else ratio_at_least(wanted),
    )


def _idle(effort: Effort) -> Row:
    count = effort.times(2000)
    tracemalloc.start()
    ours, anchor = (trio.run(measure, count) / count for measure in (actor_bytes, task_bytes))
    tracemalloc.stop()
    return Row(
        what="an idle actor / a task that waits on a channel",
        ours=ours,
        anchor=anchor,
        unit=BYTES,
        target=at_most(8000),
    )
