from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import attrs
import trio

from sagent.tool import ResultFile, ResultFolder

MAX_KEPT_BYTES = 1_000_000_000
"""More of an output is not kept on disk; the model is told."""

_DISCARD_S = 2.0


@attrs.define(eq=False)
class WholeOutput:
    """All that a command writes, in a file; a slow disk holds the command up."""

    _file: ResultFile
    _most_bytes: int
    _came_bytes: int = attrs.field(default=0, init=False)
    _fault: str = attrs.field(default="", init=False)
    _one_at_a_time: trio.CapacityLimiter = attrs.field(
        factory=lambda: trio.CapacityLimiter(1), init=False
    )

    async def take(self, chunk: bytes) -> None:
        """Write what came next, up to the limit."""
        room = self._most_bytes - self._came_bytes
        self._came_bytes += len(chunk)
        if room > 0 and not self._fault:
            await self._do(lambda: self._file.write(chunk[:room]))

    @property
    def told(self) -> str:
        """Where it is, and how much of it."""
        if self._fault:
            return f"[the whole output is not kept: {self._fault}]"
        if self._came_bytes > self._most_bytes:
            return f"[{self._file.path} has the first {self._most_bytes} bytes of the output]"
        return f"[{self._file.path} has the whole output, {self._came_bytes} bytes]"

    async def close(self) -> None:
        """Write what is left; of what could not be written whole, nothing stays."""
        await self._do(self._file.close)
        if self._fault:
            await self.discard()

    async def discard(self) -> None:
        """Delete the file."""
        await self._do(self._file.discard)

    async def _do(self, work: Callable[[], None]) -> None:
        try:
            await trio.to_thread.run_sync(work, limiter=self._one_at_a_time)
        except OSError as error:
            self._fault = self._fault or error.strerror or str(error)


@asynccontextmanager
async def open_whole_output(
    folder: ResultFolder, *, most_bytes: int
) -> AsyncGenerator[WholeOutput]:
    """Begin a file in *folder*, which is whole when the block has ended.

    A block that is cancelled, or that raises, leaves no file.

    Raises:
        OSError: it cannot be made.
    """
    output = WholeOutput(await trio.to_thread.run_sync(folder.create, "Bash"), most_bytes)
    try:
        yield output
        await output.close()
    except BaseException:
        with trio.move_on_after(_DISCARD_S, shield=True):
            await output.discard()
        raise
