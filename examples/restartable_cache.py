"""Crash a cache and see it come back: backoff, warming up, queries put aside, a watch, the tree.

    python examples/restartable_cache.py

The clock is virtual, so that the seconds of the output take no time.
"""

import attrs
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Backoff, Down, Request, open_system
from sagent.errors import ActorCrashed


@attrs.frozen
class Get(Request[str]):
    """The value of a key."""

    key: str


class Cache(Actor[Get]):
    """Answers from memory; puts queries aside while it is cold."""

    def __init__(self) -> None:
        self.values: dict[str, str] | None = None

    async def started(self) -> None:
        """Load beside the inbox, so that `spawn` need not wait."""
        self.context.nursery.start_soon(self.load)

    async def load(self) -> None:
        """Fetch the values, then take what was put aside."""
        await trio.sleep(2)
        self.values = {"sage": "a herb"}
        self.context.unstash()

    async def receive(self, message: Get) -> str | None:
        """Answer; a key that is not there is a bug, and crashes the cache."""
        if self.values is None:
            self.context.stash()
            return None
        return self.values[message.key]


class Watcher(Actor[Down]):
    """Says when the cache is gone for good: a restart is no end."""

    async def started(self) -> None:
        """Find the cache by its name."""
        cache = self.context.system.whereis("cache")
        assert cache is not None
        self.context.watch(cache)

    async def receive(self, message: Down) -> None:
        """Tell of the end."""
        print(f"{message.ref.name} is gone for good: {message.exit.reason}")


async def main() -> None:
    """Ask, crash, ask again at once, and look at the tree meanwhile."""
    async with open_system(backoff=Backoff(1, 30, jitter=0)) as system:
        cache = await system.spawn(Cache, name="cache", restart="permanent")
        await system.spawn(Watcher, name="watcher")
        print(await Get("sage").ask(cache), f"after {trio.current_time()} s")
        try:
            await cache.ask(Get("rosemary"))
        except ActorCrashed as error:
            print(error)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(cache.ask, Get("sage"))
            for _ in range(2):
                await trio.sleep(0.75)
                print(system.tree())
        print(f"answered by the next life after {trio.current_time()} s")
        await system.terminate_child(cache)
        system.delete_child(cache)
        await wait_all_tasks_blocked()


if __name__ == "__main__":
    trio.run(main, clock=MockClock(autojump_threshold=0))
