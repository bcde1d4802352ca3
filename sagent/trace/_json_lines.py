import json
import logging
import os
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TextIO

import attrs

from sagent.actors import System
from sagent.errors import UsageError
from sagent.trace._span import Contents, Span
from sagent.trace._tracer import open_spans

type OnFault = Callable[[str], object]
"""Is told a sentence."""

_NS_PER_MS = 1_000_000
_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class _JsonLines:
    """Writes spans as they end, so that a part stands before the whole of it."""

    _file: TextIO
    _path: Path
    _on_fault: OnFault
    _is_cut: bool = attrs.field(default=False, init=False)

    def began(self, span: Span) -> None:
        pass

    def ended(self, span: Span) -> None:
        if self._is_cut:
            return
        duration_ms = (span.end_ns - span.start_ns) / _NS_PER_MS
        try:
            self._file.write(json.dumps({**attrs.asdict(span), "duration_ms": duration_ms}) + "\n")
        except OSError as error:
            self._is_cut = True
            self._on_fault(f"no more is traced: {self._path} cannot be written: {error.strerror}")


@asynccontextmanager
async def open_trace(
    system: System,
    path: Path,
    *,
    contents: Contents = "leave_out",
    on_fault: OnFault = _log.warning,
) -> AsyncGenerator[None]:
    """Write what the agents of *system* do during the block into a file, a span a line.

    Each is written as it ends. What was in the file goes; a new one is this user's alone.

    Args:
        system: whose agents.
        path: the file.
        contents: whether answers, and what tools were given and gave, are in it.
        on_fault: is told, once, when the file takes no more; the agents go on.

    Raises:
        UsageError: the file cannot be begun.
    """
    try:
        file = open(path, "w", encoding="utf-8", buffering=1, opener=_private)  # noqa: ASYNC230, SIM115  # once, with an opener
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    try:
        async with open_spans(system, _JsonLines(file, path, on_fault), contents=contents):
            yield
    finally:
        with suppress(OSError):  # it holds what could not be written
            file.close()


def _private(path: str, flags: int) -> int:
    # A pipe that nobody reads would hold up all there is to do.
    descriptor = os.open(path, flags | os.O_NONBLOCK, 0o600)
    os.set_blocking(descriptor, True)
    return descriptor
