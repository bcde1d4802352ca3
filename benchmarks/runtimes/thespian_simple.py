"""The works, by thespian's simplest system, in which the sender runs the actor."""

from functools import partial

from benchmarks.runtimes.thespian_actors import ask, fan, on_thespian, spawn, tell
from benchmarks.runtimes.works import WORKERS, Works, leave

BASE = "simpleSystemBase"

WORKS: Works = {
    "tell": on_thespian(BASE, tell),
    "ask": on_thespian(BASE, ask),
    "fan": lambda _: on_thespian(BASE, fan)(WORKERS),
    "spawn": on_thespian(BASE, spawn),
    "crowd": on_thespian(BASE, partial(spawn, then=leave)),
}
