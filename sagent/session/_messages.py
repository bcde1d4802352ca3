from collections.abc import Iterator, Mapping

import attrs

from sagent.message import Message
from sagent.session._line import Unparsed
from sagent.session._records import MessageRecord


@attrs.define(eq=False)
class Messages(Mapping[str, Message]):
    """A session's messages by id, each parsed when it is first asked for."""

    _known: dict[str, Message | Unparsed] = attrs.field(
        factory=dict[str, Message | Unparsed], init=False
    )

    def __getitem__(self, id_: str) -> Message:
        message = self._known[id_]
        if isinstance(message, Unparsed):
            record = message.parse()
            assert isinstance(record, MessageRecord)  # the line's kind says so
            message = self._known[id_] = record.message
        return message

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._known

    def add(self, id_: str, message: Message | Unparsed) -> None:
        """Take in a message."""
        self._known[id_] = message
