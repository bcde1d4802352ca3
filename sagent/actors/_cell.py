import math
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

import trio

from sagent.actors._child import Child, Follows
from sagent.actors._envelope import Question
from sagent.actors._events import Exited, Started
from sagent.actors._exit import Exit
from sagent.actors._mailbox import Mailbox
from sagent.actors._realm import Realm
from sagent.actors._steered_inbox import SteeredInbox
from sagent.actors._ties import Ties
from sagent.errors import RestartLimit, SystemStopping

type Phase = Literal["starting", "running", "draining", "stopping", "ending", "waiting", "ended"]


class Supervising(Protocol):
    """Whoever sees to the children of a cell that can live again.

    Attributes:
        error: why it has given up, if it has.
        starting: whose start it waits for at present; nothing else is seen to meanwhile.
    """

    error: RestartLimit | None
    starting: "Cell | None"

    def fell(self, cell: "Cell") -> None:
        """A life of *cell* has ended, and is not its last."""
        ...

    def ended(self, cell: "Cell") -> None:
        """The last life of *cell* has ended."""
        ...


class Telling(Protocol):
    """An actor at work, which can say what it is at."""

    def doing(self) -> str:
        """Say it in a few words; "" for nothing."""
        ...


class Cell:
    """The lasting part of an actor: its place in the tree, its mailbox and how it fares.

    References point here, so that they stay valid whichever incarnation of the actor runs. The
    typed `Ref` and `Inbox` see to the type of the messages; here they are objects.

    Attributes:
        number: its place in the order of all spawns.
        phase: starting (its `started` runs), running, draining, stopping (asked to; the message in
            hand is being finished), ending (its `run` is over, its children and its `stopped` are
            not), waiting (between two lives), ended.
        asks: the ask that its own task waits for, and whom it asked.
        child: what its supervisor knows of it, if it can live again.
        supervisor: who sees to its children that can.
        exit: how it ended; None while it has not.
        failure: what its `started` raised.
        nursery: the actor's own, while there is one.
        inbox: what the present incarnation reads.
        teller: the present incarnation, while its `run` runs.
        killed: whether this life was to be cancelled.
        ready: set once `started` has returned or failed.
        children: its children, the one to be stopped last first.
    """

    __slots__ = (
        "_closed",
        "_ties",
        "asks",
        "child",
        "children",
        "exit",
        "failure",
        "inbox",
        "killed",
        "mailbox",
        "name",
        "number",
        "nursery",
        "parent",
        "path",
        "phase",
        "ready",
        "realm",
        "shutdown_s",
        "supervisor",
        "teller",
    )

    def __init__(
        self,
        name: str,
        realm: "Realm[Cell]",
        parent: "Cell | None",
        mailbox: Mailbox,
        shutdown_s: float,
    ) -> None:
        self.name = name
        self.path = mailbox.path
        self.realm = realm
        self.number = realm.next_number()
        self.parent = parent
        self.mailbox = mailbox
        self.shutdown_s = shutdown_s
        self.phase: Phase = "starting"
        self.exit: Exit | None = None
        self.failure: Exception | None = None
        self.nursery: trio.Nursery | None = None
        self.inbox: SteeredInbox[object] | None = None
        self.teller: Telling | None = None
        self.ready: trio.Event | None = trio.Event()
        self.killed = False
        # Most actors have none of these, and a system may hold 100,000 actors.
        self.children: dict[Cell, None] | None = None
        self.asks: tuple[Question[object], Cell] | None = None
        self.child: Child | None = None
        self.supervisor: Supervising | None = None
        self._closed: trio.Event | None = None
        self._ties: Ties[Cell] | None = None

    # What others ask of it.

    @property
    def fertile(self) -> bool:
        """Whether children of it may begin to live."""
        return (
            self.nursery is not None
            and self.phase not in ("ending", "ended")
            and not self.nursery.cancel_scope.cancel_called
        )

    @property
    def unborn(self) -> bool:
        """Whether no `started` of it has ever returned."""
        return self.ready is not None if self.child is None else not self.child.started

    @property
    def terminated(self) -> bool:
        """Whether it is to have no other life until its supervisor is told so."""
        return self.child is not None and self.child.follows is Follows.REST

    async def closed(self) -> Exit:
        """Wait until the actor has ended."""
        if self.exit is None:
            if self._closed is None:
                self._closed = trio.Event()
            await self._closed.wait()
            assert self.exit is not None
        else:
            await trio.lowlevel.checkpoint()
        return self.exit

    def start_below(self, task: Callable[[], Awaitable[object]], name: str) -> None:
        """Start a life of a child.

        Raises:
            SystemStopping: none may begin any more.
        """
        if self.nursery is not None and self.fertile:
            try:
                self.nursery.start_soon(task, name=name)
            except RuntimeError:  # its start has failed, and the nursery has just closed
                pass
            else:
                return
        raise SystemStopping(
            f"{self.path or 'the system'} is ending or does not run: start children in one that "
            "is to live on"
        )

    def ties(self) -> "Ties[Cell]":
        """Give what this life holds of its system, made when it is first asked for."""
        if self._ties is None:
            self._ties = Ties(self, self.realm)
        return self._ties

    # What happens to it, told by the task that runs it.

    def relives(self) -> None:
        """Another life of it begins; its task is about to run."""
        assert self.child is not None
        if self.child.follows is Follows.REST:
            self.mailbox.reopen()
        self.phase = "draining" if self.mailbox.closed else "starting"
        self.child.begins()
        self.killed = False
        self.failure = None
        self.supervisor = None
        self.ready = trio.Event()

    def opens(self, nursery: trio.Nursery) -> None:
        """Its task runs; what was asked of it before takes effect."""
        self.nursery = nursery
        self.realm.tasks[trio.lowlevel.current_task()] = self
        if self.killed:
            nursery.cancel_scope.cancel()
        elif self.phase == "stopping":
            nursery.cancel_scope.deadline = trio.current_time() + self.shutdown_s

    def begins(self, inbox: SteeredInbox[object], teller: Telling) -> None:
        """The `started` of *teller* has returned; it reads *inbox* from now on."""
        self.inbox = inbox
        self.teller = teller
        if self.child is not None:
            self.child.started = True
        if self.phase == "starting":
            self.phase = "running"
        elif self.phase == "draining":
            inbox.drain()
        else:
            inbox.stop()
        if self.realm.events.heard:
            self.realm.events.emit(Started(self.path))
        self._set_ready()

    def leaves(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Its `run` is over: whoever waits for it learns it now, not after the farewell."""
        if self.inbox is not None:
            self.inbox.abandon(exit)
        self.teller = None  # it refers back to here
        self.let_go(exit)
        self.phase = "ending"
        # The children have their own grace.
        if self.nursery is not None and self.nursery.cancel_scope.deadline != math.inf:
            self.nursery.cancel_scope.deadline = math.inf

    def ends(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Nothing of it runs any more."""
        self.leaves(exit)
        if self.comes_back(exit):
            self._falls(exit)
            return
        self.phase = "ended"
        self.exit = exit
        self.nursery = self.inbox = None
        if self.parent is not None and self.parent.children is not None:
            self.parent.children.pop(self, None)
        self.realm.registry.free(self.name, self)
        self.realm.groups.leave_all(self)
        if self.realm.events.heard:
            self.realm.events.emit(Exited(self.path, exit))
        if self.parent is not None and self.parent.supervisor is not None:
            self.parent.supervisor.ended(self)
        self._set_ready()
        if self.child is not None:
            self.child.rested.set()
        if self._closed is not None:
            self._closed.set()
        self.realm.ends.end(self, exit)

    # What the orders to end, in `_orders`, are made of.

    def comes_back(self, exit: Exit) -> bool:  # noqa: A002  # the word of this runtime
        """Tell whether it is there for another life after one that ends with *exit*."""
        if self.child is None or not self.child.returns(exit):
            return False
        if self.parent is None or not self.parent.fertile:
            return False
        # What was drained has another life for the sake of what is left to handle alone.
        return not self.mailbox.closed or self.terminated or self.mailbox.holds_any

    def let_go(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Give up what belongs to this life, and the queue too if no other follows."""
        if self.comes_back(exit):
            self.mailbox.unstash()
        else:
            if self.child is not None:
                self.child.decide(Follows.END)
            self.mailbox.close(exit.error)
            self.mailbox.empty()
        if self._ties is not None:
            self._ties.cut()
            self._ties = None

    def _falls(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        assert self.child is not None
        assert self.parent is not None
        assert self.parent.supervisor is not None
        self.phase = "waiting"
        self.child.last_exit = exit
        self.nursery = self.inbox = None
        if self.terminated:
            self.mailbox.close()
            self.mailbox.empty()
        self._set_ready()
        self.child.rested.set()
        self.parent.supervisor.fell(self)

    def _set_ready(self) -> None:
        if self.ready is not None:
            self.ready.set()
            self.ready = None
