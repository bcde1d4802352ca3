"""The works, by asyncio's tasks and queues alone."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

from benchmarks.runtimes.works import WORKERS, Works, go_on, leave


async def tell(count: int) -> float:
    queue = asyncio.Queue[int]()

    async def consume() -> None:
        for _ in range(count):
            await queue.get()

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        group.create_task(consume())
        for number in range(count):
            await queue.put(number)
    return time.perf_counter() - start


async def ask(count: int) -> float:
    there, here = asyncio.Queue[int](), asyncio.Queue[int]()

    async def echo() -> None:
        for _ in range(count):
            await here.put(await there.get())

    async with asyncio.TaskGroup() as group:
        group.create_task(echo())
        start = time.perf_counter()
        for number in range(count):
            await there.put(number)
            await here.get()
        return time.perf_counter() - start


async def fan(count: int) -> float:
    answers = asyncio.Queue[int]()

    async def relay(queue: asyncio.Queue[int]) -> None:
        await answers.put(await queue.get())

    async with asyncio.TaskGroup() as group:
        queues = [asyncio.Queue[int]() for _ in range(count)]
        for queue in queues:
            group.create_task(relay(queue))
        await asyncio.sleep(0)  # in this pass of the loop all of them begin to wait
        start = time.perf_counter()
        for queue in queues:
            await queue.put(1)
        for _ in range(count):
            await answers.get()
        return time.perf_counter() - start


async def spawn(count: int, *, then: Callable[[], None] = go_on) -> float:
    async def park(queue: asyncio.Queue[int], started: asyncio.Future[None]) -> None:
        started.set_result(None)
        await queue.get()

    loop = asyncio.get_running_loop()
    async with asyncio.TaskGroup() as group:
        queues: list[asyncio.Queue[int]] = []
        start = time.perf_counter()
        for _ in range(count):
            queue, started = asyncio.Queue[int](), loop.create_future()
            group.create_task(park(queue, started))
            await started
            queues.append(queue)
        took = time.perf_counter() - start
        then()
        for queue in queues:
            queue.put_nowait(0)
    return took


def _on_asyncio(measure: Callable[[int], Awaitable[float]]) -> Callable[[int], float]:
    async def each(count: int) -> float:
        return await measure(count) / count

    return lambda count: asyncio.run(each(count))


WORKS: Works = {
    "tell": _on_asyncio(tell),
    "ask": _on_asyncio(ask),
    "fan": lambda _: _on_asyncio(fan)(WORKERS),
    "spawn": _on_asyncio(spawn),
    "crowd": _on_asyncio(partial(spawn, then=leave)),
}
