"""Bodies that were made smaller for the way (RFC 9110, 8.4.1), in bounded pieces."""

import zlib
from collections.abc import Iterator

import attrs

from sagent.tools._refusal import Refusal

ACCEPTED = "gzip, deflate"
_PIECE_BYTES = 64 * 1024
_UNSUSPICIOUS_BYTES = 1024 * 1024
_MOST_RATIO = 200
"""No page is that repetitive: HTML shrinks to a tenth, at times to a fiftieth."""
_GZIP_MAGIC = b"\x1f\x8b"
_ZLIB_OR_GZIP = 47
_BARE_DEFLATE = -15
_CODINGS = {"gzip", "x-gzip", "deflate"}


@attrs.define
class Inflater:
    """Decodes one body; what it gives at a time has a bound, whatever it is fed.

    Attributes:
        whole: whether the end of what was coded has come, as far as it has one.
    """

    whole: bool = attrs.field(default=True, init=False)
    _coding: str
    _decoder: "zlib._Decompress | None" = attrs.field(default=None, init=False)
    _in_bytes: int = attrs.field(default=0, init=False)
    _out_bytes: int = attrs.field(default=0, init=False)

    @classmethod
    def of(cls, content_encoding: str) -> "Inflater":
        """Make what undoes *content_encoding*, a header.

        Raises:
            Refusal: it was not asked for.
        """
        coding = content_encoding.strip().lower()
        if coding not in _CODINGS | {"", "identity"}:
            raise Refusal(f"the answer is coded as {coding[:40]!r}, which was not asked for")
        return cls("" if coding == "identity" else coding)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give what *data* holds, in pieces that are made as they are asked for.

        Raises:
            Refusal: it is not what it says, or would fill the memory.
        """
        if not self._coding:
            yield data
            return
        self._in_bytes += len(data)
        while data:
            decoder = self._decoder = self._decoder or self._decoder_for(data)
            try:
                piece = decoder.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                raise Refusal(f"the answer is no valid {self._coding}: {error}") from error
            data = decoder.unconsumed_tail
            self.whole = decoder.eof
            if decoder.eof:
                # A gzip file may have several members; anything else after the end is padding.
                rest = decoder.unused_data
                data = rest if rest.startswith(_GZIP_MAGIC) else b""
                self._decoder = None if data else decoder
            self._count(piece)
            yield piece

    def _decoder_for(self, data: bytes) -> "zlib._Decompress":
        if self._coding == "deflate":
            try:
                zlib.decompressobj(_ZLIB_OR_GZIP).decompress(data, 1)
            except zlib.error:  # some servers leave out the wrapper
                return zlib.decompressobj(_BARE_DEFLATE)
        return zlib.decompressobj(_ZLIB_OR_GZIP)

    def _count(self, piece: bytes) -> None:
        self._out_bytes += len(piece)
        if self._out_bytes > max(_UNSUSPICIOUS_BYTES, self._in_bytes * _MOST_RATIO):
            raise Refusal(
                f"the answer grows from {self._in_bytes} to more than {self._out_bytes} bytes as "
                "it is unpacked: it is no page but a bomb"
            )
