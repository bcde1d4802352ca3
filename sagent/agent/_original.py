"""What a history was before a recap took its place."""

from collections.abc import Sequence
from itertools import takewhile

import attrs

from sagent.message import Message
from sagent.session import Transcript


@attrs.frozen
class Original:
    """What the recap that a history begins with was made of.

    Attributes:
        messages: all of it, oldest first; none if there was no recap.
        length: how many messages of the history are the recap and what it has kept word for word.
    """

    messages: tuple[Message, ...] = ()
    length: int = 1

    @classmethod
    def in_session(cls, transcript: Transcript, history: Sequence[Message]) -> "Original":
        """Find what the recap was made of that *history*, which *transcript* has, begins with."""
        record = transcript.compacted.get(history[0].id) if history else None
        if record is None or record.replaced is None:
            return cls()
        original = transcript.path_to(record.replaced)
        # What it has kept word for word are copies, which are as old as what they are copies of.
        times = {message.timestamp for message in original}
        kept = takewhile(lambda message: message.timestamp in times, history[1:])
        return cls(original, 1 + len(tuple(kept)))
