import math
import os
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import attrs
import trio

from sagent.repl._clipboard import clipboard_sequence
from sagent.repl._completion import ReplCompleter
from sagent.repl._pasted import Pasted
from sagent.repl._printed import Printed
from sagent.repl._screen import Editing, Gesture, Left, View
from sagent.repl._stage import Stage

LEAVE_S = 1
"""How long a terminal may take at the end to take what is written; then it is left as it is."""


@attrs.frozen(eq=False)
class TerminalScreen:
    """A prompt at the bottom of a terminal, and all else above it; see `Screen`."""

    gestures: AsyncIterator[Gesture]
    _stage: Stage
    _completer: ReplCompleter

    def print(self, *printed: Printed) -> None:
        """Print *printed* above the prompt, for good."""
        self._stage.put(*printed)

    def show(self, view: View) -> None:
        """Show *view* in place of the one before."""
        self._completer.offers = view.offers
        self._stage.put(view=view)

    def ring(self) -> None:
        """Let the person know, who may look elsewhere."""
        self._stage.ring_soon()

    def copy(self, text: str) -> None:
        """Put *text* in the clipboard of the terminal.

        Raises:
            UsageError: it is too long for that.
        """
        self._stage.copy_soon(clipboard_sequence(text))

    def fill(self, text: str) -> None:
        """Put *text* before what the user is writing."""
        self._stage.put(fill=text)

    def switch_editing(self) -> Editing:
        """Edit as in the other of two editors, and tell in which."""
        return self._stage.switch_editing()

    def insert(self, pasted: str | Pasted) -> None:
        """Put *pasted* where the user is writing."""
        self._stage.put(insert=pasted)


@asynccontextmanager
async def open_terminal_screen(
    completer: ReplCompleter, history: Path | None, editing: Editing
) -> AsyncGenerator[TerminalScreen]:
    """Hold the terminal for the block, and leave it as it was.

    What the block raises is raised in no group.
    """
    # A person is no flood, and their thread is not to wait for an agent's.
    send, receive = trio.open_memory_channel[Gesture](math.inf)
    token = trio.lowlevel.current_trio_token()

    def deliver(gesture: Gesture) -> None:
        with suppress(trio.RunFinishedError):  # nobody is left to be told
            token.run_sync_soon(send.send_nowait, gesture)

    there = trio.Event()

    def tell() -> None:
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(there.set)

    def stop() -> None:
        went_on = threading.Event()
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(_stop_group, went_on)
            went_on.wait()

    stage = Stage(deliver, completer, history, tell, stop, editing)
    failure: Exception | None = None
    shelter = trio.CancelScope(shield=True)  # the terminal is to be left as it was
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_play, stage, shelter, send, there)
        nursery.start_soon(_mind_stops, stage)
        try:
            await there.wait()  # before all else that keeps the machine busy
            yield TerminalScreen(receive, stage, completer)
        except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
            failure = error
        finally:
            stage.end()
            shelter.deadline = trio.current_time() + LEAVE_S
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure


def _stop_group(went_on: threading.Event) -> None:
    """Stop all that the shell has started with us; in another thread, this would return before."""
    stopping = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    going_on = signal.signal(signal.SIGCONT, _take_note)  # the terminal is taken again as it is
    os.kill(0, signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, stopping)
    signal.signal(signal.SIGCONT, going_on)
    went_on.set()


def _take_note(*_: object) -> None:
    pass


async def _mind_stops(stage: Stage) -> None:
    """Leave the terminal to the shell when we are to stop, and take it again when we go on.

    Only a main thread hears of a new size, too.

    Who is stopped by a signal that cannot be caught has not left it, and finds it as the shell has
    set it meanwhile.
    """
    watched = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
    with trio.open_signal_receiver(*watched) as signals:
        async for number in signals:
            if number == signal.SIGTSTP and stage.away:  # who has the terminal has left it
                _stop_group(threading.Event())
            elif number == signal.SIGTSTP:
                stage.suspend_soon()
            elif number == signal.SIGCONT:
                stage.take_again_soon()
            else:
                stage.fit_soon()


async def _play(
    stage: Stage,
    shelter: trio.CancelScope,
    gestures: trio.MemorySendChannel[Gesture],
    there: trio.Event,
) -> None:
    with shelter:
        with suppress(EOFError, OSError):  # the terminal has gone
            await trio.to_thread.run_sync(stage.run, abandon_on_cancel=True)
        there.set()
        gestures.send_nowait(Left())
