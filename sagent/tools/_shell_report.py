import os
from collections.abc import Mapping
from pathlib import Path

import attrs
import trio

from sagent.tools._exports import exported_functions, exported_variables

_END = b"\0"
_EXPORTS = {b"E", b"N", b"F"}
_MOST_RECORD_BYTES = 4 << 20


@attrs.define(eq=False)
class ShellReport:
    """What a shell says of its state, each time that changes: see ``_bash_start.sh``.

    What was said last counts, so a shell that is killed has not lost what it said before.
    """

    complete: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set when the shell, and all who might report in its name, are gone."""
    is_up: bool = attrs.field(default=False, init=False)
    """Whether the shell has come as far as to read its start file."""
    is_too_long: bool = attrs.field(default=False, init=False)
    """Whether something was left out that is longer than anybody would keep."""
    _directory: bytes = attrs.field(default=b"", init=False)
    _said: dict[bytes, bytes] = attrs.field(factory=dict[bytes, bytes], init=False)
    _whole: Mapping[bytes, bytes] | None = attrs.field(default=None, init=False)
    _rest: bytearray = attrs.field(factory=bytearray, init=False)
    _skipping: bool = attrs.field(default=False, init=False)

    async def read(self, stream: trio.abc.ReceiveStream) -> None:
        """Take in what comes on *stream*, to its end."""
        try:
            async for chunk in stream:
                self.feed(chunk)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # a shell that was killed resets the connection; what came before counts
        self.complete.set()

    def feed(self, chunk: bytes | bytearray) -> None:
        """Take in what came next."""
        *ends, rest = chunk.split(_END)
        for end in ends:
            self._rest += end
            if not self._skipping:
                self._take(bytes(self._rest))
            self._skipping = False
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > _MOST_RECORD_BYTES:
            self._skipping = self.is_too_long = True
        if self._skipping:
            self._rest.clear()

    @property
    def directory(self) -> Path | None:
        """The directory that was reported last, which may be gone; None where there is none."""
        path = Path(os.fsdecode(self._directory))
        return path if path.is_absolute() else None

    @property
    def exports(self) -> Mapping[str, str] | None:
        """What was reported last as exported; None where nothing was."""
        if self._whole is None:
            return None
        functions = exported_functions(self._whole[b"N"], self._whole[b"F"])
        return {
            os.fsdecode(name): os.fsdecode(value)
            for name, value in (
                *exported_variables(self._whole[b"E"]).items(),
                *((b"BASH_FUNC_%b%%%%" % name, value) for name, value in functions.items()),
            )
        }

    def _take(self, record: bytes) -> None:
        kind, text = record[:1], record[1:]
        if kind == b"U":
            self.is_up = True
        elif kind == b"D":
            self._directory = text
            if self._said.keys() == _EXPORTS:
                self._whole = self._said
            self._said = {}
        elif kind in _EXPORTS:
            self._said[kind] = text
