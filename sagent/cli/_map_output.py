"""What ``sagent map`` prints, line by line, while it works and when it is stopped."""

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress

import attrs
import trio

from sagent.cli._map_lines import outcome_line
from sagent.cli._streams import write_out
from sagent.team import Outcome

LAST_WORDS_S = 0.2
"""How long a reader of standard output may take to read what was done before a signal."""

type _Told = Outcome[object, object] | str


@attrs.define(eq=False)
class MapOutput:
    """Prints what is told, in the order in which it was: one task writes, however long it takes.

    Attributes:
        failure: why nothing more can be printed: the reader has gone, or the disk is full.
    """

    failure: OSError | None = attrs.field(default=None, init=False)
    _send: trio.MemorySendChannel[_Told] = attrs.field(init=False)
    _receive: trio.MemoryReceiveChannel[_Told] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        # As much as there are items: the journal, too, has them all in memory.
        self._send, self._receive = trio.open_memory_channel[_Told](math.inf)

    def tell(self, told: Outcome[object, object] | str) -> None:
        """Let what became of an item, or a whole line, be printed."""
        self._send.send_nowait(told)

    def finish(self) -> None:
        """Tell no more."""
        self._send.close()

    async def print_all(self, write: Callable[[str], Awaitable[None]]) -> None:
        """Give *write* all that is told until `finish`, or until that fails; see `failure`."""
        try:
            async for told in self._receive:
                await write(_line(told))
        except OSError as error:
            self.failure = error

    async def print_last(self) -> None:
        """Print what was done before all was cancelled, to a reader who reads."""
        with (
            trio.move_on_after(LAST_WORDS_S, shield=True),
            suppress(trio.WouldBlock, trio.EndOfChannel, OSError),
        ):
            while True:
                told = self._receive.receive_nowait()
                if isinstance(told, str) or told.ok:  # what failed has failed by the cancellation
                    await write_out(_line(told))


def _line(told: _Told) -> str:
    return told if isinstance(told, str) else outcome_line(told)
