"""Hand a token round a ring of actors: the classic measure of an actor runtime.

    python examples/thread_ring.py [ACTORS] [HOPS]

The ring has 503 actors, and the token takes 50,000 hops, unless told otherwise.
"""

import sys
import time
from functools import partial

import attrs
import trio

from sagent.actors import Actor, Ref, open_system


@attrs.frozen
class Neighbour:
    """Whom to hand the token to."""

    ref: Ref[int]


class Member(Actor[int | Neighbour]):
    """Hands the token on, one hop fewer each time; holds it up when none is left."""

    def __init__(self, number: int, holder: trio.MemorySendChannel[int]) -> None:
        self.number = number
        self.holder = holder
        self.neighbour: Ref[int] | None = None

    async def receive(self, message: int | Neighbour) -> None:
        """Take the token, or learn who is next."""
        match message:
            case Neighbour(ref=ref):
                self.neighbour = ref
            case 0:
                self.holder.send_nowait(self.number)
            case hops:
                assert self.neighbour is not None
                self.neighbour.tell(hops - 1)


async def main(actors: int, hops: int) -> None:
    """Close a ring of *actors*, let the token take *hops*, and say how fast it was."""
    holder, held = trio.open_memory_channel[int](1)
    async with open_system() as system:
        ring = [await system.spawn(Member, number, holder) for number in range(1, actors + 1)]
        for member, neighbour in zip(ring, ring[1:] + ring[:1], strict=True):
            member.tell(Neighbour(neighbour))
        began = time.perf_counter()
        ring[0].tell(hops)
        number = await held.receive()
        seconds = time.perf_counter() - began
    print(f"{actors} actors, {hops} hops: actor {number} holds the token")
    print(f"{hops / seconds:.0f} messages/s")


if __name__ == "__main__":
    trio.run(partial(main, *map(int, sys.argv[1:] or ("503", "50000"))))
