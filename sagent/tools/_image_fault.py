"""What is wrong with an image, as far as its header tells: one bad image spoils a conversation.

Vendors refuse a whole request for one image that they cannot read, and the next one holds it again.

Layouts: PNG (RFC 2083, 4.1.1), JPEG (ITU-T T.81, B.2.2), GIF89a (18), WebP (RFC 9649), and
BITMAPINFOHEADER.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

_MOST_SIDE_PX = 8000
"""Anthropic takes no larger image; others make it smaller themselves."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers of a frame, whose header has the size."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Those that no segment follows."""
_SCAN = 0xDA

type _Size = tuple[int, int]


def image_fault(content: bytes, descriptor: str) -> str | None:
    """Say why no vendor would take the image *content*; None if nothing is known against it."""
    measure = _MEASURES.get(descriptor)
    if measure is None:
        return None
    try:
        width, height = measure(content)
    except (struct.error, IndexError, ValueError):
        return "it is broken, or cut off"
    if width < 1 or height < 1:
        return "it has no pixels"
    if max(width, height) > _MOST_SIDE_PX:
        return f"it has {width} x {height} pixels, and {_MOST_SIDE_PX} a side can be shown at most"
    return None


def _png(content: bytes) -> _Size:
    if content[12:16] != b"IHDR" or b"IEND" not in content[33:]:
        raise ValueError
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _gif(content: bytes) -> _Size:
    # The shortest picture: a descriptor, a byte of code size, a block, the trailer.
    width, height = struct.unpack_from("<HH", content, 6)
    if b"," not in content[13:]:
        raise ValueError
    return width, height


def _jpeg(content: bytes) -> _Size:
    for marker, at in _segments(content):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 3)
            return width, height
    raise ValueError


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """Give the marker of each segment before the picture, and where its length stands."""
    at = 2
    while content[at] == 0xFF:  # noqa: PLR2004  # how each marker begins
        marker, at = content[at + 1], at + 2
        if marker == 0xFF:  # noqa: PLR2004  # filled up
            at -= 1
        elif marker == _SCAN:
            return
        elif marker not in _ALONE:
            yield marker, at
            at += max(2, int.from_bytes(content[at : at + 2]))


def _webp(content: bytes) -> _Size:
    if len(content) < 8 + int.from_bytes(content[4:8], "little"):
        raise ValueError
    match content[12:16]:
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            width, height = content[24:27], content[27:30]
            return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
        case _:
            raise ValueError


def _bmp(content: bytes) -> _Size:
    if int.from_bytes(content[14:18], "little") == 12:  # noqa: PLR2004  # the first version's header
        width, height = struct.unpack_from("<HH", content, 18)
        return width, height
    width, height = struct.unpack_from("<ii", content, 18)
    return width, abs(height)  # a negative height says that the top comes first


_MEASURES: Mapping[str, Callable[[bytes], _Size]] = MappingProxyType(
    {
        "image/png": _png,
        "image/gif": _gif,
        "image/jpeg": _jpeg,
        "image/webp": _webp,
        "image/bmp": _bmp,
    }
)
