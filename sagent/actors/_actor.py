from sagent.actors._cell import Cell
from sagent.actors._context import Context
from sagent.actors._exit import Exit
from sagent.actors._inbox import Inbox


class Actor[M]:
    """A task with an inbox of messages of type M; derive your own from it.

    Most actors write `receive` alone. Its state is its attributes: one message is handled at a
    time, so nothing needs a lock. Whatever a hook raises is the actor's crash.
    """

    context: Context[M]
    """The actor's means; there from `started` on, not yet in `__init__`."""

    async def started(self) -> None:
        """Make ready; `spawn` returns after this, or raises what this raises."""

    async def receive(self, message: M) -> object:
        """Handle one message; what this returns is the answer if somebody asked."""
        raise NotImplementedError(f"{type(self).__name__} has no receive, and no run instead")

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Clean up, however the actor ended, once its children have.

        Runs only after a `started` that returned, shielded from cancellation for the length of
        the actor's grace.
        """

    async def run(self, inbox: Inbox[M]) -> None:
        """Read *inbox* until it ends; for actors that need a loop of their own.

        A loop that takes long over one message looks at `inbox.stopping`, or has a task that
        awaits `inbox.wait_stopping()`: after its grace it is cancelled.
        """
        inbox.in_turn = True
        async for envelope in inbox:
            answer = await self.receive(envelope.message)
            if inbox.current is envelope:  # it was not put aside
                envelope.reply(answer)

    def doing(self) -> str:
        """Say in a few words what it is at, for `system.tree()`; "" for nothing.

        For a `run` of one's own, or for tasks beside it: of a `receive` the runtime knows which
        message it has in hand. It is called amid whatever the actor does, so it looks and returns.
        """
        return ""

    def attach(self, cell: Cell) -> None:
        """Take the actor's means; the runtime's to call."""
        self.context = Context(cell)
