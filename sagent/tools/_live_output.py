import codecs
import re
from collections.abc import Callable

import attrs
import trio

from sagent.tool import Report
from sagent.tools._plain_text import open_sequence_at

_PAUSE_S = 0.1
_MOST_BYTES = 64 << 10
_LONG_LINE_CHARS = 2000
_GOING_BACK = re.compile(r"\A\r+(?!\n)")


def _decoder() -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder("utf-8")(errors="replace")


@attrs.define(eq=False)
class LiveOutput:
    """Reports what a command writes while it runs, in whole lines as far as they come.

    It is told at most ten times a second; of what is more than 64 KiB in between, the newest.
    """

    _report: Report
    _shown: Callable[[str], str]
    """What is to be told of a text."""
    _pending: bytearray = attrs.field(factory=bytearray, init=False)
    _omitted_bytes: int = attrs.field(default=0, init=False)
    _text: str = attrs.field(default="", init=False)
    _decoder: codecs.IncrementalDecoder = attrs.field(factory=_decoder, init=False)
    _came: trio.Event = attrs.field(factory=trio.Event, init=False)

    def feed(self, chunk: bytes) -> None:
        """Take in what came next."""
        self._pending += chunk
        # Cut rarely: deleting from the front moves the rest.
        if len(self._pending) > 4 * _MOST_BYTES:
            self._cut()
        self._came.set()

    async def tell(self) -> None:
        """Report what comes, until cancelled."""
        while True:
            await self._came.wait()
            self._came = trio.Event()
            self._tell_lines()
            await trio.sleep(_PAUSE_S)
            if not self._came.is_set():
                self._tell_to(open_sequence_at(self._text))

    def finish(self) -> None:
        """Report what is left, when no more will come."""
        self._decode()
        self._text += self._decoder.decode(b"", final=True)
        self._tell_to(len(self._text))

    def _tell_lines(self) -> None:
        self._decode()
        end = self._text.rfind("\n") + 1
        if len(self._text) - end > _LONG_LINE_CHARS:
            end = open_sequence_at(self._text)
        self._tell_to(end)

    def _tell_to(self, end: int) -> None:
        text, self._text = self._text[:end], self._text[end:]
        # What was told already cannot be written over.
        if told := self._shown(_GOING_BACK.sub("\n", text)):
            self._report(told)

    def _decode(self) -> None:
        self._cut()
        if self._omitted_bytes:
            self._text = f"... [{self._omitted_bytes} bytes omitted] ...\n"
            self._omitted_bytes = 0
            self._decoder.reset()
        self._text += self._decoder.decode(bytes(self._pending))
        self._pending.clear()

    def _cut(self) -> None:
        over = len(self._pending) - _MOST_BYTES
        if over > 0:
            line_end = self._pending.find(b"\n", over, over + _MOST_BYTES // 2)
            cut = over if line_end < 0 else line_end + 1
            del self._pending[:cut]
            self._omitted_bytes += cut
