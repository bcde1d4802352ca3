"""The works, by trio's tasks and memory channels alone: the anchors."""

import math
import time
from collections.abc import Callable
from functools import partial

import trio
import trio.testing

from benchmarks.runtimes.works import WORKERS, Works, go_on, leave, on_trio


async def tell(count: int) -> float:
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


async def tell_nowait(count: int) -> float:
    send, receive = trio.open_memory_channel[int](math.inf)
    start = time.perf_counter()
    for number in range(count):
        send.send_nowait(number)
    for _ in range(count):
        await receive.receive()
    return time.perf_counter() - start


async def ask(count: int) -> float:
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


async def ask_with_deadlines(count: int) -> float:
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


async def spawn(count: int, *, then: Callable[[], None] = go_on) -> float:
    async def park(
        receive: trio.MemoryReceiveChannel[int],
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        task_status.started()
        await receive.receive()

    async with trio.open_nursery() as nursery:
        ends: list[object] = []
        start = time.perf_counter()
        for _ in range(count):
            send, receive = trio.open_memory_channel[int](math.inf)
            await nursery.start(park, receive)
            ends.append(send)
        took = time.perf_counter() - start
        then()
        nursery.cancel_scope.cancel()
    return took


async def live(count: int) -> float:
    async def end_at_once() -> None:
        pass

    async with trio.open_nursery() as nursery:
        start = time.perf_counter()
        for _ in range(count):
            nursery.start_soon(end_at_once)
            await trio.lowlevel.checkpoint()  # in this pass of the loop the task runs
        return time.perf_counter() - start


WORKS: Works = {
    "tell": on_trio(tell),
    "tell nowait": on_trio(tell_nowait),
    "ask": on_trio(ask),
    "ask, a deadline each": on_trio(ask_with_deadlines),
    "fan": lambda _: trio.run(fan, WORKERS) / WORKERS,
    "spawn": on_trio(spawn),
    "live": on_trio(live),
    "crowd": on_trio(partial(spawn, then=leave)),
}
