"""Images, known by how they begin, whatever they are called."""

_MARKS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_BITMAP_HEADS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""How long the second header of a BMP can be; its mark alone, ``BM``, begins many a text."""


def image_type(start: bytes) -> str | None:
    """Give the descriptor of the image that begins with *start*, or None if it is none."""
    for mark, descriptor in _MARKS:
        if start.startswith(mark):
            return descriptor
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    if start[:2] == b"BM" and int.from_bytes(start[14:18], "little") in _BITMAP_HEADS:
        return "image/bmp"
    return None
