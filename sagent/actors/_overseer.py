from typing import Never

from sagent.actors._cell import Cell
from sagent.actors._exit import Exit
from sagent.actors._inbox import Inbox
from sagent.actors._policy import Policy
from sagent.actors._spawn import supervise


class Overseer:
    """The behavior of an actor that does nothing but have children."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def attach(self, cell: Cell) -> None:
        """Let the policy hold for the children to come."""
        supervise(cell, self._policy)

    async def started(self) -> None:
        """Nothing is to be made ready."""

    async def receive(self, message: Never) -> object:
        """Nothing can be sent to it."""
        raise AssertionError(message)  # no type of message fits Never

    async def run(self, inbox: Inbox[Never]) -> None:
        """Wait for the end."""
        async for _ in inbox:
            pass

    def doing(self) -> str:
        """It is never at anything."""
        return ""

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Nothing is to be cleaned up."""
