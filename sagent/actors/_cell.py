import math
from collections.abc import Callable
from typing import Literal, Protocol

import trio

from sagent.actors._child import Child
from sagent.actors._envelope import Question
from sagent.actors._events import Exited, Started
from sagent.actors._exit import Exit
from sagent.actors._inbox import Inbox
from sagent.actors._mailbox import Mailbox
from sagent.actors._realm import Realm
from sagent.actors._timers import Timer, Timers

type Phase = Literal["starting", "running", "draining", "stopping", "ending", "waiting", "ended"]


class Supervising(Protocol):
    """Whoever sees to the children of a cell that can live again."""

    def fell(self, cell: "Cell") -> None:
        """A life of *cell* has ended, and is to be followed by another."""
        ...

    def ended(self, cell: "Cell") -> None:
        """The last life of *cell* has ended."""
        ...


class Cell:
    """The lasting part of an actor: its place in the tree, its mailbox and how it fares.

    References point here, so that they stay valid whichever incarnation of the actor runs. The
    typed `Ref` and `Inbox` see to the type of the messages; here they are objects.

    Attributes:
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
        killed: whether `kill` was called.
        ready: set once `started` has returned or failed.
        children: its children in start order.
    """

    __slots__ = (
        "_abroad",
        "_closed",
        "_timers",
        "asks",
        "child",
        "children",
        "exit",
        "failure",
        "inbox",
        "killed",
        "mailbox",
        "name",
        "nursery",
        "parent",
        "path",
        "phase",
        "ready",
        "realm",
        "shutdown_s",
        "supervisor",
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
        self.parent = parent
        self.mailbox = mailbox
        self.shutdown_s = shutdown_s
        self.phase: Phase = "starting"
        self.exit: Exit | None = None
        self.failure: Exception | None = None
        self.nursery: trio.Nursery | None = None
        self.inbox: Inbox[object] | None = None
        self.ready: trio.Event | None = trio.Event()
        self.killed = False
        # Most actors have none of these, and a system may hold 100,000 actors.
        self.children: dict[Cell, None] | None = None
        self.asks: tuple[Question[object], Cell] | None = None
        self.child: Child | None = None
        self.supervisor: Supervising | None = None
        self._closed: trio.Event | None = None
        self._timers: Timers | None = None
        self._abroad: tuple[Realm[Cell], ...] = ()

    # What others ask of it.

    def stop(self) -> None:
        """Let the actor finish the message in hand and end, within its grace."""
        if self.phase == "ended" or self._comes_back(Exit("stopped")):
            self._end_life()
        elif self.phase == "waiting":
            self.retire()
        else:
            if self.child is not None:
                self.child.over = True
            self._end_life()
            self.mailbox.close()
            self.mailbox.empty()

    def pause(self) -> None:
        """End this life as `stop` does, before another; what is queued waits for that."""
        if self.child is not None:
            self.child.paused = True
        self._end_life()

    def drain(self) -> None:
        """Let the actor handle what its inbox holds, in its next life if need be, and end."""
        if self.phase in ("starting", "running"):
            self.phase = "draining"
            if not self._comes_back(Exit("stopped")):
                if self.child is not None:
                    self.child.over = True
                self.mailbox.close()
            if self.inbox is not None:
                self.inbox.drain()
        elif self.phase == "waiting" and not self._comes_back(Exit("stopped")):
            assert self.child is not None
            if self.child.terminated or not self.mailbox:
                self.retire()
            else:  # the next life is the last
                self.child.over = True
                self.mailbox.close()

    def kill(self) -> None:
        """Cancel the actor and all below it; its `stopped` still runs, within its grace."""
        if self.phase in ("waiting", "ended"):
            return
        self.killed = True
        # Before its mailbox closes, or a reader that waits would take that for an end in peace.
        if self.nursery is not None:
            self.nursery.cancel_scope.cancel()
        if self.phase != "ending":
            self._let_go(Exit("killed"))
            self.phase = "stopping"

    def terminate(self) -> None:
        """End this life, and have no other until somebody says so."""
        assert self.child is not None
        self.child.terminated = True
        if self.phase == "waiting":
            self.mailbox.close()
            self.mailbox.empty()
        else:
            self.pause()

    def retire(self) -> None:
        """End for good, between two lives."""
        assert self.child is not None
        assert self.child.last_exit is not None
        self.child.over = True
        self.ends(self.child.last_exit)

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

    def watch(self, other: "Cell", told: Callable[[Exit], object]) -> None:
        """Call *told* once when *other* has ended, at once if it has; not after this life."""
        if other.exit is not None:
            told(other.exit)
            return
        other.realm.ends.add(other, self, told)
        if other.realm is not self.realm:
            self._abroad = (*self._abroad, other.realm)

    def watch_name(self, name: str, told: Callable[["Cell | None"], object]) -> None:
        """Call *told* with the holder of *name*, now and at each change; not after this life."""
        self.realm.registry.watch(name, self, told)

    def set_timer(self, key: object, seconds: float, timer: Timer) -> None:
        """Start *timer* under *key*, in place of the timer that *key* names now."""
        if self.phase in ("ending", "waiting", "ended"):
            return
        self._timers = self._timers or Timers(self.realm.clock)
        self._timers.set(key, seconds, timer)

    def cancel_timer(self, key: object) -> None:
        """End the timer under *key*, if there is one."""
        if self._timers is not None:
            self._timers.cancel(key)

    # What happens to it, told by the task that runs it.

    def relives(self) -> None:
        """Another life of it begins; its task is about to run."""
        assert self.child is not None
        self.phase = "draining" if self.child.over else "starting"
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

    def begins(self, inbox: Inbox[object]) -> None:
        """Its `started` has returned; it reads *inbox* from now on."""
        self.inbox = inbox
        if self.child is not None:
            self.child.started = True
            self.child.terminated = False
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
        self._let_go(exit)
        self.phase = "ending"
        # The children have their own grace.
        if self.nursery is not None and self.nursery.cancel_scope.deadline != math.inf:
            self.nursery.cancel_scope.deadline = math.inf

    def ends(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Nothing of it runs any more."""
        self.leaves(exit)
        if self._comes_back(exit):
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

    def _comes_back(self, exit: Exit) -> bool:  # noqa: A002  # the word of this runtime
        parent = self.parent
        return (
            self.child is not None
            and self.child.returns(exit)
            and parent is not None
            and parent.phase != "ending"
            and parent.nursery is not None
            and not parent.nursery.cancel_scope.cancel_called
        )

    def _end_life(self) -> None:
        if self.phase in ("stopping", "ending", "waiting", "ended"):
            return
        self.phase = "stopping"
        if self.inbox is not None:
            self.inbox.stop()
        if self.nursery is not None:
            self.nursery.cancel_scope.deadline = trio.current_time() + self.shutdown_s

    def _falls(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        assert self.child is not None
        assert self.parent is not None
        assert self.parent.supervisor is not None
        self.phase = "waiting"
        self.child.last_exit = exit
        self.nursery = self.inbox = None
        if self.child.terminated:
            self.mailbox.close()
            self.mailbox.empty()
        self._set_ready()
        self.child.rested.set()
        self.parent.supervisor.fell(self)

    def _let_go(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        for_good = not self._comes_back(exit)
        if for_good:
            if self.child is not None:
                self.child.over = True
            self.mailbox.close(exit.error)
        if self.inbox is not None:
            self.inbox.abandon(exit)
        if for_good:
            self.mailbox.empty()
        else:
            self.mailbox.unstash()
        if self._timers is not None:
            self._timers.cancel_all()
        for realm in (self.realm, *self._abroad):
            realm.ends.forget(self)
        self._abroad = ()
        self.realm.registry.unwatch(self)

    def _set_ready(self) -> None:
        if self.ready is not None:
            self.ready.set()
            self.ready = None
