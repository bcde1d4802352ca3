"""The works, by thespian with a process for each actor: fewer times, and not a thousand actors."""

from benchmarks.runtimes.thespian_actors import ask, on_thespian, spawn_and_ask, tell
from benchmarks.runtimes.works import Works

BASE = "multiprocQueueBase"

WORKS: Works = {
    "tell": on_thespian(BASE, tell, at_most=2000),
    "ask": on_thespian(BASE, ask, at_most=300),
    "spawn": on_thespian(BASE, spawn_and_ask, at_most=10),
}
