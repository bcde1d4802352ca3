from collections.abc import Iterator, Sequence
from typing import assert_never

from sagent.message import Message
from sagent.session._telling import Call, Entry, Picture, Piece, Result, Thinking, Words, told


def to_texts(conversation: Sequence[Message]) -> Iterator[str]:
    """Write *conversation* as plain text, message by message; what was thought is left out."""
    return ("\n".join(_lines(entry)) for entry in told(conversation))


def _lines(entry: Entry) -> Iterator[str]:
    who = entry.speaker if entry.source is None else f"{entry.speaker} {entry.source}"
    yield f"[{who}]"
    for piece in entry.pieces:
        yield from _piece(piece)


def _piece(piece: Piece) -> Iterator[str]:
    match piece:
        case Words(text):
            yield text
        case Thinking():
            pass
        case Picture(mime, octets):
            yield f"[{mime}, {len(octets)} bytes]"
        case Call(tool=tool, arguments=arguments):
            yield f"calls {tool}: {arguments}"
        case Result(tool=tool, text=text, failed=failed):
            yield f"{tool} {'failed' if failed else 'gave'}: {text}"
        case _:
            assert_never(piece)
