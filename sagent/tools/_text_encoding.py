"""How a file's bytes are text."""

import codecs

import attrs

PROBE_BYTES = 8192
"""How much of a file tells what it is."""


@attrs.frozen
class TextEncoding:
    """A codec, and the byte order mark that said so."""

    codec: str
    mark: bytes = b""

    @property
    def note(self) -> str:
        """What a reader should know of it; nothing for plain UTF-8."""
        return _NOTES.get((self.codec, bool(self.mark)), "")


UTF8 = TextEncoding("utf-8")

LATIN1 = TextEncoding("latin-1")
"""What never fails: every byte is a character."""

_MARKED = (
    TextEncoding("utf-8", codecs.BOM_UTF8),
    TextEncoding("utf-32-le", codecs.BOM_UTF32_LE),  # begins as UTF-16's mark does
    TextEncoding("utf-32-be", codecs.BOM_UTF32_BE),
    TextEncoding("utf-16-le", codecs.BOM_UTF16_LE),
    TextEncoding("utf-16-be", codecs.BOM_UTF16_BE),
)

_NOTES = {
    ("utf-8", True): "UTF-8 with a byte order mark",
    ("utf-32-le", True): "UTF-32",
    ("utf-32-be", True): "UTF-32",
    ("utf-16-le", True): "UTF-16",
    ("utf-16-be", True): "UTF-16",
    ("latin-1", False): "not valid UTF-8: shown as Latin-1",
}


def probable_encodings(start: bytes) -> tuple[TextEncoding, ...]:
    """List what a file that begins with *start* may be, most probable first; none if binary.

    The last one takes any bytes.
    """
    for encoding in _MARKED:
        if start.startswith(encoding.mark):
            return (encoding, LATIN1)
    if b"\0" in start[:PROBE_BYTES]:
        return ()
    return (UTF8, LATIN1)
