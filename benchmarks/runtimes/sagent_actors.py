"""The works, by `sagent.actors`."""

import time
from collections.abc import Callable
from functools import partial

import attrs
import trio
import trio.testing

from benchmarks.runtimes.works import WORKERS, Works, go_on, leave, on_trio
from sagent.actors import Actor, Ref, Request, Restart, open_system


@attrs.frozen
class Ping(Request[int]):
    pass


PING = Ping()


class Echo(Actor[Ping | int]):
    def __init__(self) -> None:
        self.handled = 0

    async def receive(self, message: Ping | int) -> int:
        if message is not PING:
            self.handled += 1
        return self.handled


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


async def tell(count: int) -> float:
    async with open_system() as system:
        echo = await system.spawn(Echo)
        await echo.ask(PING)
        start = time.perf_counter()
        for number in range(count):
            echo.tell(number)
        assert await echo.ask(PING) == count
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


async def spawn(
    count: int, *, restart: Restart = "temporary", then: Callable[[], None] = go_on
) -> float:
    async with open_system() as system:
        start = time.perf_counter()
        for _ in range(count):
            await system.spawn(Echo, restart=restart)
        took = time.perf_counter() - start
        then()
        return took


async def live_supervised(count: int) -> float:
    async with open_system() as system:
        start = time.perf_counter()
        for _ in range(count):
            # A permanent one lives again when it is stopped.
            ref = await system.spawn(Echo, restart="transient")
            ref.stop()
            await ref.closed()
        return time.perf_counter() - start


WORKS: Works = {
    "tell": on_trio(tell),
    "ask": on_trio(ask),
    "ask in a deadline": on_trio(ask_in_one_deadline),
    "ask, a deadline each": on_trio(ask_with_deadlines),
    "fan": lambda _: trio.run(fan, WORKERS) / WORKERS,
    "spawn": on_trio(spawn),
    "spawn supervised": on_trio(partial(spawn, restart="permanent")),
    "live supervised": on_trio(live_supervised),
    "crowd": on_trio(partial(spawn, then=leave)),
}
