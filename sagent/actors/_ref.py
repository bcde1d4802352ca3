from collections.abc import Generator
from contextlib import contextmanager
from typing import Generic, Never, Self, TypeVar, cast

import attrs
import trio

from sagent._async_library import async_library, not_trio
from sagent.actors._ask import ask
from sagent.actors._cell import Cell
from sagent.actors._envelope import Envelope, Lane, Question, is_front
from sagent.actors._exit import Exit
from sagent.actors._orders import drain, kill, stop
from sagent.actors._realm import SENDER
from sagent.errors import ActorStopped

R_co = TypeVar("R_co", covariant=True)


class Request(Generic[R_co]):  # noqa: UP046  # covariant, which mypy does not infer beside Self
    """A message that is answered with an R; derive your own from it.

    What the actor's `receive` returns is the answer.
    """

    __slots__ = ()

    async def ask(self, to: "Ref[Self]", *, lane: Lane = "back") -> R_co:
        """Send this to *to*, into *lane*, and wait for the answer, as `Ref.ask` does."""
        return await to.ask(self, lane=lane)


class Ref[M]:
    """Where to send an actor messages of type M.

    It stays valid whatever becomes of the actor, and equals every other Ref to it. It is for the
    thread that runs trio; from other threads go through `trio.from_thread`.

    A message takes the back lane, or, with `lane="front"`, goes before all that is there. Each
    lane keeps the order in which one sender sent.
    """

    __slots__ = ("_cell", "_mailbox")

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._mailbox = cell.mailbox

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ref) and self._cell is other._cell

    def __hash__(self) -> int:
        return hash(self._cell)

    def __repr__(self) -> str:
        return f"<Ref {self.path}>"

    @property
    def name(self) -> str:
        """Its name, given or made up."""
        return self._cell.name

    @property
    def path(self) -> str:
        """Its place in the tree: the names from the top, each after a slash."""
        return self._cell.path

    @property
    def alive(self) -> bool:
        """Whether it has not ended; it may be ending."""
        return self._cell.exit is None

    def tell(self, message: M, *, lane: Lane = "back") -> None:
        """Send *message* into *lane*, without waiting and without a checkpoint.

        If the actor is gone or ending, the message is a dead letter.

        Raises:
            MailboxFull: its inbox is bounded, full, and to fail when it is.
            UsageError: there is no such lane.
        """
        self._mailbox.put(Envelope(message, SENDER.get(), lane != "back" and is_front(lane)))

    async def send(self, message: M) -> None:
        """Send *message* when a bounded inbox has room; cancelled, it was not sent.

        If the actor is gone or ending, the message is a dead letter. An actor whose inbox is full
        waits for ever when it sends to itself. A tell that drops the oldest message goes before
        every send that waits for room, and drops none of them.
        """
        await self._mailbox.put_when_room(Envelope(message, SENDER.get()))

    async def ask[A](self, request: Request[A], *, lane: Lane = "back") -> A:
        """Send *request* into *lane* and wait for its answer.

        How long is the caller's to say, with `trio.fail_after`; the deadline goes along, and a
        request that is not begun when its asker leaves never is. Type checkers cannot see here
        that the actor takes such a request; `request.ask(ref)` is checked in full.

        Raises:
            UsageError: the caller is not on trio.
            ActorStopped: the actor is gone or ending, or ended before it answered.
            ActorCrashed: it raised, which is the cause.
            MailboxFull: its inbox is bounded and full, or dropped the request for another.
            AskCycle: it waits, itself or through others, for the actor that asks here.
        """
        mailbox = self._mailbox
        try:
            task = trio.lowlevel.current_task()
        except RuntimeError:  # looked into only now, since a question is to cost little
            raise not_trio(f"asking {mailbox.path}", async_library()) from None
        # Question[object](...) would take three times as long: it is more than a hint at run time.
        question: Question[object] = Question(
            request,
            SENDER.get(),
            lane != "back" and is_front(lane),
            mailbox.path,
            mailbox.events,
        )
        cell = self._cell
        asker = cell.realm.tasks.get(task)
        # What an actor answers to a Request[A] is its word: A is not there at run time.
        if asker is None:
            mailbox.put(question)
            return cast("A", await question.answer())  # see above
        return cast("A", await ask(asker, question, cell))  # see above

    def stop(self) -> None:
        """Let it finish the message in hand and end; what is queued becomes dead letters.

        Its grace over, `shutdown_s` of its spawn, it is cancelled. A permanent one lives again, and
        keeps what is queued.
        """
        stop(self._cell)

    def drain(self) -> None:
        """Let it handle all that is queued and end; what comes later is a dead letter.

        What it has put aside is not queued. A transient one that crashes has one more life for what
        is left. A permanent one takes what comes later too, and lives again.
        """
        drain(self._cell)

    def kill(self) -> None:
        """Cancel it, in the midst of a message too, and all its children.

        A transient or permanent one lives again; one that waits for its next life goes on waiting.
        """
        kill(self._cell)

    async def closed(self) -> Exit:
        """Wait until it has ended, its children and its `stopped` included."""
        return await self._cell.closed()

    @contextmanager
    def suspended(self) -> Generator[None]:
        """Let it begin no message within the block, for tests of what happens at once.

        It finishes what it has in hand, and can be stopped and killed. Another life of it is not
        suspended.

        Raises:
            ActorStopped: it is not running.
        """
        inbox = self._cell.inbox
        if inbox is None:
            raise ActorStopped(f"{self.path} is not running: suspend it while it is")
        inbox.suspend()
        try:
            yield
        finally:
            inbox.resume()


@attrs.frozen
class Down:
    """The end of an actor that was watched.

    Attributes:
        ref: who ended; equal to the Ref that was watched.
        exit: how.
    """

    ref: Ref[Never]
    exit: Exit


@attrs.frozen
class NameChanged:
    """Who holds a name that is watched.

    Attributes:
        name: the name.
        ref: its holder, which lets every message in; None when nobody holds it.
    """

    name: str
    ref: Ref[object] | None


def cell_of(ref: Ref[Never]) -> Cell:
    """What *ref* points to; for this package alone."""
    return ref._cell  # noqa: SLF001  # a function, so that users of Ref do not see it
