from collections.abc import Iterator, Sequence

import attrs

from sagent.tools._line_ends import Span


@attrs.frozen
class _Piece:
    """Characters *start* to *stop* of the text as it was, or else *inserted* ones."""

    start: int
    stop: int
    inserted: str | None = None

    @property
    def length(self) -> int:
        return self.stop - self.start if self.inserted is None else len(self.inserted)

    def parted(self, at: int) -> tuple["_Piece", "_Piece"]:
        if self.inserted is None:
            middle = self.start + at
            return _Piece(self.start, middle), _Piece(middle, self.stop)
        return _Piece(0, 0, self.inserted[:at]), _Piece(0, 0, self.inserted[at:])


@attrs.frozen
class Pieces:
    """What a text is made of after changes that followed each other: so they become one change."""

    _size: int
    _pieces: tuple[_Piece, ...]

    @classmethod
    def of(cls, text: str) -> "Pieces":
        """Begin with *text*."""
        return cls(len(text), (_Piece(0, len(text)),))

    def changed(self, spans: Sequence[Span]) -> "Pieces":
        """Put each of *spans*, which are in order, into the text that these pieces make."""
        done: list[_Piece] = []
        rest = list(reversed(self._pieces))
        position = 0
        for span in spans:
            done += _taken(rest, span.start - position)
            for _ in _taken(rest, span.end - span.start):
                pass  # it is what the span stands in for
            done.append(_Piece(0, 0, span.text))
            position = span.end
        return Pieces(self._size, (*done, *reversed(rest)))

    def spans(self) -> list[Span]:
        """Give what changes in the text as it was, in order."""
        found: list[Span] = []
        inserted: list[str] = []
        position = 0
        for piece in (*self._pieces, _Piece(self._size, self._size)):
            if piece.inserted is not None:
                inserted.append(piece.inserted)
                continue
            if inserted or piece.start > position:
                found.append(Span(position, piece.start, "".join(inserted)))
                inserted.clear()
            position = piece.stop
        return found


def together(text: str, steps: Sequence[Sequence[Span]]) -> Sequence[Span]:
    """Give what *steps*, each of which changes what the one before it gives, change in *text*."""
    if len(steps) == 1:
        return steps[0]
    pieces = Pieces.of(text)
    for spans in steps:
        pieces = pieces.changed(spans)
    return pieces.spans()


def _taken(rest: list[_Piece], length: int) -> Iterator[_Piece]:
    """Take *length* characters from the end of *rest*, where the next piece stands."""
    while length > 0:
        piece = rest.pop()
        if piece.length > length:
            piece, tail = piece.parted(length)
            rest.append(tail)
        length -= piece.length
        yield piece
