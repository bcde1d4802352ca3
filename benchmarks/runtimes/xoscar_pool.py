"""The works, by xoscar, with all actors in the process that asks them."""
# Where xoscar is not installed, a stub stands in:
# pyright: reportMissingModuleSource=false

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from xoscar import Actor, ActorRef, create_actor, create_actor_pool

from benchmarks.runtimes.works import WORKERS, Works, go_on, leave


class Echo(Actor):
    def __init__(self) -> None:
        super().__init__()
        self.handled = 0

    async def note(self, message: int) -> None:
        self.handled += 1

    async def answer(self) -> int:
        return self.handled


class Relay(Actor):
    def __init__(self, to: ActorRef) -> None:
        super().__init__()
        self.to = to

    async def note(self, message: int) -> None:
        await self.to.note.tell(message)


class Counter(Actor):
    def __init__(self, left: int, done: asyncio.Event) -> None:
        super().__init__()
        self.left = left
        self.done = done

    async def note(self, message: int) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()


async def tell(address: str, count: int) -> float:
    echo = await create_actor(Echo, address=address)
    start = time.perf_counter()
    for number in range(count):
        await echo.note.tell(number)
    assert await echo.answer() == count
    return time.perf_counter() - start


async def ask(address: str, count: int) -> float:
    echo = await create_actor(Echo, address=address)
    start = time.perf_counter()
    for _ in range(count):
        await echo.answer()
    return time.perf_counter() - start


async def fan(address: str, count: int) -> float:
    done = asyncio.Event()
    collector = await create_actor(Counter, count, done, address=address)
    relays = [await create_actor(Relay, collector, address=address) for _ in range(count)]
    start = time.perf_counter()
    for relay in relays:
        await relay.note.tell(1)
    await done.wait()
    return time.perf_counter() - start


async def spawn(address: str, count: int, *, then: Callable[[], None] = go_on) -> float:
    start = time.perf_counter()
    for _ in range(count):
        await create_actor(Echo, address=address)
    took = time.perf_counter() - start
    then()
    return took


def _on_xoscar(measure: Callable[[str, int], Awaitable[float]]) -> Callable[[int], float]:
    async def each(count: int) -> float:
        async with await create_actor_pool("127.0.0.1", n_process=0) as pool:
            return await measure(pool.external_address, count) / count

    return lambda count: asyncio.run(each(count))


WORKS: Works = {
    "tell": _on_xoscar(tell),
    "ask": _on_xoscar(ask),
    "fan": lambda _: _on_xoscar(fan)(WORKERS),
    "spawn": _on_xoscar(spawn),
    "crowd": _on_xoscar(partial(spawn, then=leave)),
}
