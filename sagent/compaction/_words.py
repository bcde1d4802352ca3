from collections.abc import Iterator, Sequence

from sagent.compaction._estimate import tokens_of
from sagent.compaction._excerpt import both_ends
from sagent.compaction._recap import is_recap
from sagent.message import Descriptor, Message, MultipartMessage, TextMessage

_SPOKEN = frozenset({Descriptor.USER, Descriptor.TEXT})


def words_in(history: Sequence[Message], *, room: int) -> tuple[TextMessage, ...]:
    """Give what the user said in *history*, word for word, as parts of a message.

    The newest words come last, and what does not fit the *room*, in tokens, is left out from the
    oldest on; a long text loses its middle. What an earlier recap kept of them is among them; what
    other agents said is not.
    """
    kept: list[TextMessage] = []
    longest = room // 4
    for said in reversed([text for message in history for text in _said(message)]):
        short = TextMessage(both_ends(said, longest), Descriptor.USER)
        room -= tokens_of(short)
        if room < 0:
            break
        kept.append(short)
    return tuple(reversed(kept))


def _said(message: Message) -> Iterator[str]:
    if message.source is not None:
        return
    if isinstance(message, TextMessage) and message.descriptor == Descriptor.USER:
        yield message.content
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.USER_PARTS:
        told = {Descriptor.USER} if is_recap(message) else _SPOKEN
        for part in message.content:
            if isinstance(part, TextMessage) and part.descriptor in told:
                yield part.content
