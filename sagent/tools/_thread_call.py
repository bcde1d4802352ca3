"""A call in a thread that ends when it is cancelled.

Python has no way to stop a thread, but one to raise an exception in it: at its next bytecode. Two
things make that safe here:

- The exception must not hit the thread when the call is over and the thread does something else.
  So whoever raises it holds the *gate* meanwhile, and the thread takes the gate for good when the
  call ends, then clears what was raised too late. The gate is reentrant, since the exception can
  come between taking the gate and knowing it.
- The exception is no `Exception`, so that the function is not asked whether it wants to end; one
  that catches everything, or in which a finalizer runs just then, is asked again and again.
"""

import ctypes
import threading
from collections.abc import Callable

import attrs
import outcome
import trio

from sagent.tool import Report

_AGAIN_S = 0.05


class _Interrupt(BaseException):
    """Raised in the thread."""


@attrs.define(eq=False)
class _Call[R]:
    """One call, as the thread and the task see it."""

    _function: Callable[[], R]
    _gate: threading.RLock = attrs.field(factory=threading.RLock, init=False)
    _thread: int | None = attrs.field(default=None, init=False)

    def run(self) -> R:
        """Make the call; in the thread."""
        try:
            self._thread = threading.get_ident()
            return self._function()
        finally:
            # In place: at the beginning of a function of ours the exception would get through.
            while True:
                try:
                    self._gate.acquire()
                    _raise_in(threading.get_ident(), None)
                except _Interrupt:
                    continue
                break

    def interrupt(self) -> None:
        """Raise the exception in the thread, if the call goes on; in the task."""
        if self._thread is not None and self._gate.acquire(blocking=False):
            try:
                _raise_in(self._thread, _Interrupt)
            finally:
                self._gate.release()


async def call_in_thread[R](function: Callable[[], R]) -> R:
    """Call *function* in a thread, and end it if this is cancelled.

    A cancel takes effect at the function's next bytecode: a blocking call into C returns first. The
    thread counts against no limit, so that functions that wait keep no tool from its files.
    """
    call, limiter = _Call(function), trio.CapacityLimiter(1)
    done = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_on_cancel, call.interrupt, done)
        # Captured: an error must leave this block alone, not in a group.
        try:
            result = await trio.to_thread.run_sync(outcome.capture, call.run, limiter=limiter)
        finally:
            done.set()  # it ran to its end, or never began
        nursery.cancel_scope.cancel()
    return result.unwrap()


def report_from_thread(report: Report) -> Report:
    """Make a report that may be called in any thread, which waits for it."""
    token = trio.lowlevel.current_trio_token()

    def report_here(text: str) -> None:
        trio.from_thread.run_sync(report, text, trio_token=token)

    return report_here


def report_from_loop(report: Report) -> Report:
    """Make a report that may be called in another loop, which does not wait for it."""
    token = trio.lowlevel.current_trio_token()

    def report_soon(text: str) -> None:
        token.run_sync_soon(report, text)

    return report_soon


async def _on_cancel(interrupt: Callable[[], None], done: trio.Event) -> None:
    try:
        await trio.sleep_forever()
    finally:
        # Not bounded: a thread that goes on may not be left behind.
        with trio.CancelScope(shield=True):
            while not done.is_set():
                interrupt()
                with trio.move_on_after(_AGAIN_S):
                    await done.wait()


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if exception is None else ctypes.py_object(exception)
    )
