"""A call in a process of its own, which ends when it is cancelled and dies with this one."""

import pickle
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import cast

import attrs
import trio

from sagent.message import Message, MultipartMessage, decode_message
from sagent.process import open_duplex_process
from sagent.tool import Report
from sagent.tools import _worker
from sagent.tools._by_value import pickled_by_value
from sagent.tools._refusal import Refusal
from sagent.tools._result import message_of

_MOST_ANSWER_BYTES = 64 << 20
_HEAD_BYTES = 1 + _worker.LENGTH_BYTES
_LAST_WORDS_S = 0.05
_GOODBYE_S = 1.0
"""How long the worker may take to end by itself, once it has answered: open files are flushed."""

_REMEDY = 'make it `async def`, or decorate it with runs_in="thread"'


async def call_in_process(
    function: Callable[..., object],
    arguments: Mapping[str, object],
    *,
    report_to: str | None,
    report: Report,
) -> Message:
    """Call *function* in a fresh process of this interpreter, and kill that if this is cancelled.

    The function gets a copy of what it refers to, and an environment without credentials.

    Args:
        function: what to call.
        arguments: what it is to get, by name.
        report_to: the parameter that takes something to report with; None for none.
        report: what is called here with what is reported there.

    Raises:
        Refusal: it raised, it or its result cannot be carried over, or the process died.
    """
    request = pickle.dumps(sys.path) + _pickled(function, dict(arguments), report_to)
    answer = _Answer(report)
    async with (
        open_duplex_process([sys.executable, "-P", _worker.__file__]) as process,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(answer.exchange, process.stream, request)
        nursery.start_soon(_until_ended, process.wait, answer.complete)
        await answer.complete.wait()
        with trio.move_on_after(_GOODBYE_S):
            await process.wait()
        nursery.cancel_scope.cancel()
    if answer.is_whole:
        return answer.message()
    if answer.is_too_long:
        raise Refusal(f"the result is longer than {_MOST_ANSWER_BYTES >> 20} MiB: return less")
    last = process.output.last_line
    raise Refusal(
        f"the tool's process ended with exit code {process.exit_code} before it gave a result"
        + (f": {last}" if last else "")
    )


@attrs.define(eq=False)
class _Answer:
    """What the worker says."""

    _report: Report
    complete: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set when no more will come."""
    _frames: bytearray = attrs.field(factory=bytearray, init=False)
    """What is not read yet; at last the answer, if there was one."""
    is_whole: bool = attrs.field(default=False, init=False)
    """Whether it came to its end."""

    @property
    def is_too_long(self) -> bool:
        """Whether it is more than anybody would read."""
        return len(self._frames) > _MOST_ANSWER_BYTES

    async def exchange(self, stream: trio.SocketStream, request: bytes) -> None:
        """Send the *request*, and take in what is answered."""
        # A worker that died hears nothing; how it died is told by its exit code.
        with suppress(trio.BrokenResourceError):
            await stream.send_all(request)
            await stream.send_eof()
            async for chunk in stream:
                self._frames += chunk
                self._read()
                if self.is_whole or self.is_too_long:
                    break
        self.complete.set()

    def _read(self) -> None:
        """Pass on the reports that are there, up to the answer."""
        while len(self._frames) >= _HEAD_BYTES and not self.is_whole:
            end = _HEAD_BYTES + int.from_bytes(self._frames[1:_HEAD_BYTES])
            if len(self._frames) < end:
                return
            if self._frames.startswith(_worker.REPORT):
                self._report(self._frames[_HEAD_BYTES:end].decode(errors="replace"))
                del self._frames[:end]
            else:
                self.is_whole = True

    def message(self) -> Message:
        """Make the tool's result of it.

        Raises:
            Refusal: it tells of a failure, or cannot be read.
        """
        try:
            kind, value = cast(
                "_worker.Answer",
                pickle.loads(self._frames[_HEAD_BYTES:]),  # noqa: S301  # our own worker's
            )
        except Exception as error:
            raise Refusal(f"the result cannot be read: {_worker.told(error)}") from error
        if kind == "error":
            raise Refusal(str(value))
        return _message(kind, value)


def _message(kind: str, value: object) -> Message:
    if kind == "parts":
        answers = cast("list[_worker.Answer]", value)
        return MultipartMessage(_message(*answer) for answer in answers)
    return decode_message(str(value)) if kind == "message" else message_of(value)


async def _until_ended(wait: Callable[[], Awaitable[int]], complete: trio.Event) -> None:
    """Give up on the answer when the worker has ended without one."""
    await wait()
    with trio.move_on_after(_LAST_WORDS_S):
        await complete.wait()
    complete.set()


def _pickled(
    function: Callable[..., object], arguments: dict[str, object], report_to: str | None
) -> bytes:
    try:
        return pickled_by_value(function, (function, arguments, report_to))
    except Exception as error:
        name = getattr(function, "__name__", "the function")
        raise Refusal(
            f"{name} cannot be carried to a process, {_worker.told(error)}: {_REMEDY}"
        ) from error
