"""What an actor costs, beside what the same costs with tasks and memory channels alone.

Each number is the median of several rounds, ours and the anchor's turn by turn in one process, so
that their ratio holds on any machine.
"""

import gc
import math
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable

import attrs
import trio
import trio.testing

from sagent.actors import Actor, Ref, Request, open_system

ROUNDS = 7


@attrs.frozen
class Row:
    """One line of the table; a ratio above 1 is in our favour."""

    name: str
    ours: float
    anchor: float
    unit: str
    ratio: float
    target: str


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
        before = _traced_bytes()
        refs = [await system.spawn(Echo) for _ in range(count)]
        await trio.testing.wait_all_tasks_blocked()
        after = _traced_bytes()
        del refs
        return after - before


async def task_bytes(count: int) -> float:
    async with trio.open_nursery() as nursery:
        before = _traced_bytes()
        ends: list[object] = []
        for _ in range(count):
            send, receive = trio.open_memory_channel[int](math.inf)
            nursery.start_soon(receive.receive)
            ends.append(send)
        await trio.testing.wait_all_tasks_blocked()
        after = _traced_bytes()
        nursery.cancel_scope.cancel()
        return after - before


def _traced_bytes() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def rows() -> list[Row]:
    """Measure all, in some ten seconds."""
    tracemalloc.start()
    memory = _row("idle actor", (actor_bytes, task_bytes), 2000, ("bytes", 1), "8 KB", rounds=1)
    tracemalloc.stop()
    micro = ("µs", 1e6)
    return [
        _row("tell, drained", (tell, channel_send), 10_000, micro, "3x"),
        _row("tell, against send_nowait", (tell, channel_send_nowait), 10_000, micro, ""),
        _row("ask", (ask, round_trip), 2000, micro, "1.0x"),
        _row("ask in a deadline", (ask_in_one_deadline, round_trip), 2000, micro, "0.9x"),
        _row(
            "ask, a deadline each, as the anchor has",
            (ask_with_deadlines, round_trip_with_deadlines),
            2000,
            micro,
            "0.9x",
        ),
        _row("fan-out and in of 1,000", (fan, fan_of_tasks), 1000, micro, "1.0x"),
        _row("spawn", (spawn, start_task), 500, micro, ""),
        memory,
    ]


def _row(
    name: str,
    pair: tuple[Measure, Measure],
    count: int,
    unit: tuple[str, float],
    target: str,
    *,
    rounds: int = ROUNDS,
) -> Row:
    samples: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for measure, taken in zip(pair, samples, strict=True):
            gc.collect()
            taken.append(trio.run(measure, count) / count * unit[1])
    ours, anchor = (statistics.median(taken) for taken in samples)
    return Row(name, ours, anchor, unit[0], anchor / ours, target)


if __name__ == "__main__":
    for row in rows():
        print(
            f"{row.name:40} {row.ours:9.2f} {row.anchor:9.2f} {row.unit:6} {row.ratio:5.2f}x"
            f"  {row.target}"
        )
