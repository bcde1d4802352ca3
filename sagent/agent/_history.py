from collections.abc import Iterator, Sequence
from itertools import islice
from typing import cast, overload

import attrs

from sagent.message import Message


@attrs.frozen(eq=False)
class History(Sequence[Message]):
    """A conversation as it stands, of which nothing is copied.

    It looks at the beginning of a list that only grows, so that it costs the same for ten messages
    and for ten thousand.
    """

    _messages: list[Message]
    _count: int

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History | tuple | list):
            return NotImplemented
        return tuple(self) == tuple(cast("Sequence[object]", other))  # of whatever it is

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Message]:
        return islice(self._messages, self._count)

    @overload
    def __getitem__(self, index: int) -> Message: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Message]: ...

    def __getitem__(self, index: int | slice) -> Message | Sequence[Message]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._count)
            if step == 1:
                return self._messages[start:stop]
            return [self._messages[place] for place in range(start, stop, step)]
        if not -self._count <= index < self._count:
            raise IndexError(f"message {index} of {self._count}")
        return self._messages[index % self._count]
