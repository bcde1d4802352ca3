"""The works, by pykka, whose actors are threads."""
# Where pykka is not installed, a stub stands in:
# pyright: reportMissingModuleSource=false

import threading
import time
from collections.abc import Callable
from functools import partial

from pykka import ActorRef, ActorRegistry, ThreadingActor

from benchmarks.runtimes.works import WORKERS, Works, go_on, leave

PING = "ping"


class Echo(ThreadingActor):
    def __init__(self, running: threading.Event | None = None) -> None:
        super().__init__()
        self.running = running
        self.handled = 0

    def on_start(self) -> None:
        if self.running is not None:
            self.running.set()

    def on_receive(self, message: object) -> int:
        if message is not PING:
            self.handled += 1
        return self.handled


class Relay(ThreadingActor):
    def __init__(self, to: ActorRef) -> None:
        super().__init__()
        self.to = to

    def on_receive(self, message: object) -> None:
        self.to.tell(message)


class Counter(ThreadingActor):
    def __init__(self, left: int, done: threading.Event) -> None:
        super().__init__()
        self.left = left
        self.done = done

    def on_receive(self, message: object) -> None:
        self.left -= 1
        if self.left == 0:
            self.done.set()


def tell(count: int) -> float:
    echo = Echo.start()
    echo.ask(PING)
    start = time.perf_counter()
    for number in range(count):
        echo.tell(number)
    assert echo.ask(PING) == count
    return time.perf_counter() - start


def ask(count: int) -> float:
    echo = Echo.start()
    echo.ask(PING)
    start = time.perf_counter()
    for _ in range(count):
        echo.ask(PING)
    return time.perf_counter() - start


def fan(count: int) -> float:
    done = threading.Event()
    collector = Counter.start(count, done)
    relays = [Relay.start(collector) for _ in range(count)]
    start = time.perf_counter()
    for relay in relays:
        relay.tell(1)
    done.wait()
    return time.perf_counter() - start


def spawn(count: int, *, then: Callable[[], None] = go_on) -> float:
    start = time.perf_counter()
    for _ in range(count):
        running = threading.Event()
        Echo.start(running)
        running.wait()
    took = time.perf_counter() - start
    then()
    return took


def _on_pykka(measure: Callable[[int], float]) -> Callable[[int], float]:
    def work(count: int) -> float:
        try:
            return measure(count) / count
        finally:
            ActorRegistry.stop_all()

    return work


WORKS: Works = {
    "tell": _on_pykka(tell),
    "ask": _on_pykka(ask),
    "fan": lambda _: _on_pykka(fan)(WORKERS),
    "spawn": _on_pykka(spawn),
    "crowd": _on_pykka(partial(spawn, then=leave)),
}
