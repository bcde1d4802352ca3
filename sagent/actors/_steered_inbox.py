from collections.abc import Callable
from typing import cast

from sagent.actors._envelope import Envelope
from sagent.actors._events import DeadLetterReason
from sagent.actors._exit import Exit
from sagent.actors._inbox import Inbox
from sagent.actors._mailbox import InboxEnd


class SteeredInbox[M](Inbox[M]):
    """An inbox as the runtime has it, which says what its reader may take, and until when."""

    __slots__ = ()

    def drain(self) -> None:
        """Tell the reader that `drain` was called: what is there is the last."""
        self.draining = True
        self._choose_take()
        self._mailbox.wake()

    def stop(self) -> None:
        """Tell the reader that `stop` was called."""
        self.draining = self.stopping = True
        self._end()
        self._mailbox.wake()
        if self._stop is not None:
            self._stop.set()

    @property
    def suspended(self) -> bool:
        """Whether no message can be taken for now."""
        return self._suspensions > 0

    def suspend(self) -> None:
        """Let no message be taken until `resume` is called as often as this."""
        self._suspensions += 1
        self._choose_take()

    def resume(self) -> None:
        """Undo one `suspend`."""
        self._suspensions -= 1
        self._choose_take()
        self._mailbox.wake()

    def cut(self) -> None:
        """Let nothing more be taken, and fail all who asked what was: the actor is cancelled.

        A tell may yet be handled to its end, if its handler is just about to return.
        """
        self._end()
        for envelope in self._taken():
            if envelope.wants_reply and not envelope.settled:
                lost = cast("Envelope[object]", envelope)  # the mailbox knows no type
                self._mailbox.refuse(lost, "stopped")

    def abandon(self, exit: Exit) -> None:  # noqa: A002  # the word of this runtime
        """Settle what was taken and never will be, now that the actor ends with *exit*."""
        reason: DeadLetterReason = "crashed" if exit.reason == "crashed" else "stopped"
        failed = exit.reason in ("crashed", "killed")
        self._end()  # what waits is for another life
        taken = self._taken()
        self.current, self._held = None, []
        for envelope in taken:
            # A tell was handled if the actor ended in peace, even when nobody marked it.
            if not envelope.settled and (failed or envelope.wants_reply):
                lost = cast("Envelope[object]", envelope)  # the mailbox knows no type
                self._mailbox.refuse(lost, reason, exit.error)

    def holds(self, envelope: Envelope[object]) -> bool:
        """Tell whether *envelope* was taken, and a task beside the actor's own may answer it."""
        taken = self._held if self.in_turn else self._taken()
        return any(other is envelope for other in taken)

    def _taken(self) -> list[Envelope[M]]:
        return self._held if self.current is None else [self.current, *self._held]

    def _choose_take(self) -> None:
        take: Callable[[], Envelope[object] | None]
        if self._ended:
            take = _raise_end
        elif self._suspensions:
            take = _take_none
        elif self.draining:
            take = self._take_last
        else:
            take = self._mailbox.take
        self._take = cast("Callable[[], Envelope[M] | None]", take)  # see there

    def _take_last(self) -> Envelope[object]:
        envelope = self._mailbox.take()
        if envelope is None:
            raise InboxEnd
        return envelope

    def _end(self) -> None:
        self._ended = True
        self._choose_take()


def _raise_end() -> None:
    raise InboxEnd


def _take_none() -> None:
    return
