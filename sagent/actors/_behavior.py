from typing import Protocol

from sagent.actors._cell import Cell
from sagent.actors._exit import Exit
from sagent.actors._inbox import Inbox


class Behavior[M](Protocol):
    """What the runtime calls of an actor; `Actor` says what each means."""

    def attach(self, cell: Cell) -> None: ...

    async def started(self) -> None: ...

    async def receive(self, message: M) -> object: ...

    async def run(self, inbox: Inbox[M]) -> None: ...

    def doing(self) -> str: ...

    async def stopped(self, exit: Exit) -> None: ...  # noqa: A002  # the word of this runtime


class Spawnable[M](Protocol):
    """Anything that can make its actor, afresh each time it is asked."""

    def actor(self) -> Behavior[M]:
        """Make the actor."""
        ...
