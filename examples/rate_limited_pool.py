"""Let a bounded pool of workers share a rate limit, and hold back whoever feeds it.

    python examples/rate_limited_pool.py

The pool has three workers at most. Whoever wants one finds it by its group. A worker asks the
limiter before each job; the limiter puts an ask aside until its next tick. Inboxes hold one job,
and `send` waits for room, so that the feeder is as slow as the limit. The clock is virtual.
"""

import trio
from trio.testing import MockClock

from sagent.actors import Actor, Group, Ref, Request, open_system
from sagent.errors import TooManyChildren

WORKERS = Group[int]("workers")


class Permit(Request[None]):
    """Leave to do one job; the answer comes when it is time."""


class Tick:
    """Another permit is there."""


class Limiter(Actor[Permit | Tick]):
    """Gives one permit each *seconds*, and saves none up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.free = False

    async def started(self) -> None:
        """Wind the clock."""
        self.context.every("tick", self.seconds, Tick(), lane="front")

    async def receive(self, message: Permit | Tick) -> None:
        """Give the permit, or put the ask aside until there is one."""
        match message:
            case Tick():
                self.free = True
                self.context.unstash()
            case Permit() if self.free:
                self.free = False
            case Permit():
                self.context.stash()


class Worker(Actor[int]):
    """Squares numbers, as fast as it may."""

    def __init__(self, limiter: Ref[Permit], done: list[int]) -> None:
        self.limiter = limiter
        self.done = done

    async def started(self) -> None:
        """Be found."""
        self.context.system.join(WORKERS, self.context.ref)

    async def receive(self, message: int) -> None:
        """Wait for the permit and do the job."""
        await self.limiter.ask(Permit())
        self.done.append(message**2)


async def main() -> None:
    """Feed twelve jobs to the pool."""
    done: list[int] = []
    async with open_system() as system:
        limiter = await system.spawn(Limiter, 0.1, name="limiter")
        pool = await system.supervisor(name="pool", max_children=3)
        try:
            while True:
                await pool.spawn(Worker, limiter, done, restart="transient", capacity=1)
        except TooManyChildren as error:
            print(error)
        workers = system.members(WORKERS)
        for job in range(12):
            await workers[job % len(workers)].send(job)
        print(f"all sent after {trio.current_time():.1f} s, {len(done)} done")
        for worker in workers:
            worker.drain()
            await worker.closed()
        print(f"all done after {trio.current_time():.1f} s, sum {sum(done)}")


if __name__ == "__main__":
    trio.run(main, clock=MockClock(autojump_threshold=0))
