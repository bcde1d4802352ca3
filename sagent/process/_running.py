from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import attrs
import trio

from sagent.process._lifeline import Pipes
from sagent.process._output import OutputBuffer
from sagent.process._tree import Tree

# What a command's own helpers (`cmd > >(tee log)`) may still write after it has ended.
_QUIET_S = 0.1
_DRAIN_S = 0.5

type Sink = Callable[[bytes], Awaitable[None]]
"""Takes each piece of output, and holds up the command where it is slow; it must not raise."""


@attrs.define(eq=False)
class Running:
    """A tree whose output is being read."""

    tree: Tree
    _pipes: Pipes
    buffer: OutputBuffer
    _term_grace_s: float
    _output_ended: trio.Event = attrs.field(factory=trio.Event, init=False)
    _reading: trio.CancelScope = attrs.field(
        factory=lambda: trio.CancelScope(shield=True), init=False
    )

    async def drain(self) -> None:
        """Wait for the end of the output, but not for one that stays silent, or never stops."""
        seen_bytes = -1
        with trio.move_on_after(_DRAIN_S):
            while not self._output_ended.is_set() and seen_bytes != self.buffer.total_bytes:
                seen_bytes = self.buffer.total_bytes
                with trio.move_on_after(_QUIET_S):
                    await self._output_ended.wait()

    @asynccontextmanager
    async def tended(
        self,
        *,
        stdin: bytes = b"",
        on_output: Callable[[bytes], None] | None = None,
        sink: Sink | None = None,
    ) -> AsyncGenerator[None]:
        """Feed and read the command for the length of the block, then end its tree."""
        failure: Exception | None = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._read, on_output, sink)
            if self._pipes.inlet is not None:
                nursery.start_soon(_feed, self._pipes.inlet, stdin)
            try:
                yield
            except Exception as error:  # noqa: BLE001  # the block's own, to leave ungrouped below
                failure = error
            finally:
                try:
                    await self.tree.end(term_grace_s=self._term_grace_s)
                    with trio.CancelScope(shield=True):
                        await self.drain()
                finally:
                    if self._pipes.duplex is not None:
                        self._pipes.duplex.socket.close()
                    self._reading.cancel()
                    nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _read(self, on_output: Callable[[bytes], None] | None, sink: Sink | None) -> None:
        # Shielded, for a command with a full pipe could not use its grace to end well.
        with self._reading:
            async with self._pipes.output as stream:
                # The end of a terminal is an error.
                with suppress(trio.BrokenResourceError):
                    async for chunk in stream:
                        self.buffer.feed(chunk)
                        if on_output is not None:
                            on_output(bytes(chunk))
                        if sink is not None:
                            await sink(bytes(chunk))
            self._output_ended.set()


async def _feed(stream: trio.abc.SendStream, stdin: bytes) -> None:
    async with stream:
        # A command may end, or close its input, without having read it all.
        with suppress(trio.BrokenResourceError):
            await stream.send_all(stdin)
