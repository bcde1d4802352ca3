"""The works, by thespian, on whichever of its systems of actors."""
# Where thespian is not installed, a stub stands in:
# pyright: reportMissingModuleSource=false

import time
from collections.abc import Callable

from thespian.actors import Actor, ActorAddress, ActorSystem

from benchmarks.runtimes.works import go_on

PING = "ping"
PATIENCE_S = 30


class Echo(Actor):
    def __init__(self) -> None:
        super().__init__()
        self.handled = 0

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if message == PING:
            self.send(sender, self.handled)
        elif isinstance(message, int):  # the system sends messages of its own
            self.handled += 1


class Relay(Actor):
    def __init__(self) -> None:
        super().__init__()
        self.to: ActorAddress | None = None

    def receiveMessage(self, message: object, sender: ActorAddress) -> None:
        if isinstance(message, ActorAddress):
            self.to = message
        elif isinstance(message, int) and self.to is not None:
            self.send(self.to, message)


def tell(system: ActorSystem, count: int) -> float:
    echo = system.createActor(Echo)
    system.ask(echo, PING, PATIENCE_S)
    start = time.perf_counter()
    for number in range(count):
        system.tell(echo, number)
    assert system.ask(echo, PING, PATIENCE_S) == count
    return time.perf_counter() - start


def ask(system: ActorSystem, count: int) -> float:
    echo = system.createActor(Echo)
    system.ask(echo, PING, PATIENCE_S)
    start = time.perf_counter()
    for _ in range(count):
        system.ask(echo, PING, PATIENCE_S)
    return time.perf_counter() - start


def fan(system: ActorSystem, count: int) -> float:
    collector = system.createActor(Echo)
    relays = [system.createActor(Relay) for _ in range(count)]
    for relay in relays:
        system.tell(relay, collector)
    start = time.perf_counter()
    for relay in relays:
        system.tell(relay, 1)
    assert system.ask(collector, PING, PATIENCE_S) == count
    return time.perf_counter() - start


def spawn(system: ActorSystem, count: int, *, then: Callable[[], None] = go_on) -> float:
    start = time.perf_counter()
    for _ in range(count):
        system.createActor(Echo)
    took = time.perf_counter() - start
    then()
    return took


def spawn_and_ask(system: ActorSystem, count: int) -> float:
    """Start them where only an answer says that one runs."""
    start = time.perf_counter()
    for _ in range(count):
        system.ask(system.createActor(Echo), PING, PATIENCE_S)
    return time.perf_counter() - start


def on_thespian(
    base: str, measure: Callable[[ActorSystem, int], float], at_most: int = 100_000
) -> Callable[[int], float]:
    """Make a work of *measure*, done *at_most* so many times whatever the count."""

    def work(count: int) -> float:
        count = min(count, at_most)
        system = ActorSystem(base)
        try:
            return measure(system, count) / count
        finally:
            system.shutdown()

    return work
