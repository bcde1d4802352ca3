from pathlib import Path

import attrs
import trio

_END = b"\0"
_MOST_BYTES = 1 << 16


@attrs.define(eq=False)
class DirectoryReport:
    """What a shell says about the directory it is in, each time it changes."""

    complete: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set when the shell, and all who might report in its name, are gone."""
    _last: bytes = attrs.field(default=b"", init=False)
    _rest: bytes = attrs.field(default=b"", init=False)

    async def read(self, stream: trio.abc.ReceiveStream) -> None:
        """Take in what comes on *stream*, to its end."""
        try:
            async for chunk in stream:
                *records, rest = (self._rest + chunk).split(_END)
                self._last = records[-1] if records else self._last
                self._rest = rest[:_MOST_BYTES]
        except trio.BrokenResourceError:
            pass  # a shell that was killed resets the connection; what came before counts
        self.complete.set()

    @property
    def directory(self) -> Path | None:
        """The directory that was reported last, which may be gone; None where there is none."""
        path = Path(self._last.decode(errors="surrogateescape"))
        return path if path.is_absolute() else None
