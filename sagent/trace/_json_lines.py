import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

import attrs

from sagent.actors import System
from sagent.errors import UsageError
from sagent.trace._span import Contents, Span
from sagent.trace._tracer import open_spans

_NS_PER_MS = 1_000_000


@attrs.frozen(eq=False)
class _JsonLines:
    """Writes spans as they end, so that a part stands before the whole of it."""

    _file: TextIO

    def began(self, span: Span) -> None:
        pass

    def ended(self, span: Span) -> None:
        duration_ms = (span.end_ns - span.start_ns) / _NS_PER_MS
        self._file.write(json.dumps({**attrs.asdict(span), "duration_ms": duration_ms}) + "\n")


@asynccontextmanager
async def open_trace(
    system: System, path: Path, *, contents: Contents = "leave_out"
) -> AsyncGenerator[None]:
    """Write what the agents of *system* do during the block into a file, a span a line.

    Each is written as it ends. What was in the file goes; a new one is this user's alone.

    Args:
        system: whose agents.
        path: the file.
        contents: whether answers, and what tools were given and gave, are in it.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        file = open(path, "w", encoding="utf-8", buffering=1, opener=_private)  # noqa: ASYNC230, SIM115  # once, with an opener
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    with file:
        async with open_spans(system, _JsonLines(file), contents=contents):
            yield


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
