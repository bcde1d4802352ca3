"""An answer that does not end, and how much of it a server could say."""

from collections.abc import Sequence
from typing import overload

from loopback import frame, stream_head


class Endless(Sequence[bytes]):
    """Pieces of an answer of Chat Completions, of a megabyte each, for a `Reply`.

    A server takes the next one when the network has taken the last.
    """

    def __init__(self) -> None:
        self.megabytes = 0
        """How many have been begun."""
        self._piece = frame({"choices": [{"delta": {"content": "x" * 1000}}]}) * 1000

    def __len__(self) -> int:
        return 1_000_000

    @overload
    def __getitem__(self, index: int) -> bytes: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...

    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            raise TypeError("it is read from its beginning, piece by piece")
        self.megabytes = max(self.megabytes, index)
        return self._piece if index else stream_head()
