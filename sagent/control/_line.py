"""Lines out of bytes, however they come."""

import attrs

from sagent.errors import ControlError


@attrs.define
class LineDecoder:
    """Takes bytes in, and gives whole lines.

    Args:
        most_bytes: how long a line may be; it bounds what is held.
    """

    most_bytes: int
    _held: bytearray = attrs.field(factory=bytearray, init=False)
    _searched: int = attrs.field(default=0, init=False)

    def feed(self, received: bytes) -> None:
        """Take in what has come.

        Raises:
            ControlError: a line is too long.
        """
        self._held += received
        if len(self._held) > self.most_bytes and self._held.find(b"\n", 0, self.most_bytes) < 0:
            raise ControlError(f"a line is longer than {self.most_bytes} bytes: send less at once")

    def line(self) -> bytes | None:
        """Give the next line without its end; None if it is not all there."""
        end = self._held.find(b"\n", self._searched)
        if end < 0:
            self._searched = len(self._held)
            return None
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        self._searched = 0
        return line
