import json
import logging
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio

from sagent.actors import System
from sagent.errors import UsageError
from sagent.trace._span import Contents, Span
from sagent.trace._tracer import open_spans

type OnFault = Callable[[str], object]
"""Is told a sentence."""

_NS_PER_MS = 1_000_000
_MOST_WAITING_BYTES = 4 << 20
"""What may wait for the reader of a pipe; a span has a few kilobytes, with contents some more."""
_LAST_WORDS_S = 1.0
_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class _JsonLines:
    """Writes spans as they end, so that a part stands before the whole of it.

    The file may be a pipe, whose reader must not hold up the agents: what it has no room for waits.
    """

    _descriptor: int
    _path: Path
    _on_fault: OnFault
    _waiting: bytearray = attrs.field(factory=bytearray, init=False)
    _is_cut: bool = attrs.field(default=False, init=False)

    def began(self, span: Span) -> None:
        pass

    def ended(self, span: Span) -> None:
        if self._is_cut:
            return
        duration_ms = (span.end_ns - span.start_ns) / _NS_PER_MS
        fields = {**attrs.asdict(span), "duration_ms": duration_ms}
        self._waiting += f"{json.dumps(fields)}\n".encode()
        self._write()
        if len(self._waiting) > _MOST_WAITING_BYTES:
            self._cut(f"whoever reads {self._path} is too slow")

    async def finish(self) -> None:
        """Give the reader of a pipe a moment to take what waits."""
        with trio.move_on_after(_LAST_WORDS_S, shield=True):
            while self._waiting:
                await trio.lowlevel.wait_writable(self._descriptor)
                self._write()
        if self._waiting:
            self._cut(f"whoever reads {self._path} is too slow")

    def _write(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: os.write(self._descriptor, self._waiting)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._cut(f"{self._path} cannot be written: {error.strerror}")

    def _cut(self, why: str) -> None:
        self._is_cut = True
        self._waiting.clear()
        self._on_fault(f"no more is traced: {why}")


@asynccontextmanager
async def open_trace(
    system: System,
    path: Path,
    *,
    contents: Contents = "leave_out",
    on_fault: OnFault = _log.warning,
) -> AsyncGenerator[None]:
    """Write what the agents of *system* do during the block into a file, a span a line.

    Each is written as it ends. What was in the file goes; a new one is this user's alone. It may be
    a pipe that somebody reads: 4 MiB wait for a slow reader, and at the end of the block a second.

    Args:
        system: whose agents.
        path: the file.
        contents: whether answers, and what tools were given and gave, are in it.
        on_fault: is told, once, when the file takes no more; the agents go on.

    Raises:
        UsageError: the file cannot be begun.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    lines = _JsonLines(descriptor, path, on_fault)
    try:
        async with open_spans(system, lines, contents=contents):
            yield
    finally:
        try:
            await lines.finish()
        finally:
            os.close(descriptor)
