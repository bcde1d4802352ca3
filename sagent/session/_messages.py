from collections.abc import Iterator, Mapping

import attrs

from sagent.message import Message
from sagent.session._line import parse_sealed
from sagent.session._records import MessageRecord


@attrs.define(eq=False)
class Messages(Mapping[str, Message]):
    """A session's messages by id, each parsed when it is first asked for."""

    _known: dict[str, Message | bytes] = attrs.field(factory=dict[str, Message | bytes], init=False)

    def __getitem__(self, id_: str) -> Message:
        message = self._known[id_]
        if isinstance(message, bytes):
            message = self._known[id_] = parse_sealed(message, MessageRecord).message
        return message

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._known

    def add(self, id_: str, message: Message | bytes) -> None:
        """Take in a message, or its sealed line."""
        self._known[id_] = message
