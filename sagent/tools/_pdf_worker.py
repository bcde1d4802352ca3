"""The program that opens a PDF, in a process that can be killed.

PDFium takes no two threads, and hostile files have crashed it; so it runs here, under limits of
memory and of time, and what it says is read as data. It is started by its path and imports nothing
of sagent.

It reads a `Request` in a line of JSON from standard input, then the file. It writes a `Head` in a
line of JSON, then for each page a `Page` in a line, followed by the bytes of its image: a PNG.
"""

import importlib
import json
import os
import resource
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Literal, Protocol, TypedDict, cast

_PASSWORD = 4
"""``FPDF_ERR_PASSWORD``."""
_LEAST_SCALE, _MOST_SCALE = 0.01, 4.0


type Drawn = Literal["none", "without text", "all"]
"""Which pages are drawn."""


class Request(TypedDict):
    """What is wanted of the file."""

    path: list[str]
    """Where Python finds its modules."""
    size_bytes: int
    ranges: list[tuple[int, int]]
    """First and last pages, from 1."""
    most_pages: int
    most_chars: int
    most_image_bytes: int
    image_side_px: int
    """How many pixels the longer side of an image has."""
    drawn: Drawn
    memory_bytes: int
    cpu_s: int


class Head(TypedDict):
    """What is said of the whole file; *fault* is "" for one that can be read."""

    fault: str
    pages: int


class Page(TypedDict):
    """What is said of one page; one with the number 0 says that all was shown."""

    number: int
    text: str
    image_bytes: int
    note: str


class _Text(Protocol):
    def get_text_bounded(self) -> str: ...


class _Bitmap(Protocol):
    width: int
    height: int
    stride: int
    n_channels: int
    buffer: Sequence[int]


class _Sheet(Protocol):
    def get_size(self) -> tuple[float, float]: ...
    def get_textpage(self) -> _Text: ...
    def render(self, *, scale: float, rev_byteorder: bool) -> _Bitmap: ...  # the library's


class _Document(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> _Sheet: ...


def main() -> None:
    """Answer one request."""
    answer_to = os.dup(1)
    os.dup2(2, 1)  # what the library prints cannot get between
    with open(0, "rb", closefd=False) as stream, open(answer_to, "wb") as out:  # noqa: PTH123  # descriptors are no paths
        request: Request = json.loads(stream.readline())
        content = stream.read(request["size_bytes"])
        _limit(resource.RLIMIT_AS, request["memory_bytes"])
        _limit(resource.RLIMIT_CPU, request["cpu_s"])
        sys.path[:] = request["path"]

        def say(value: Head | Page, image: bytes = b"") -> None:
            out.write(json.dumps(value).encode() + b"\n" + image)
            out.flush()

        document, fault = _opened(content)
        if document is None:
            say({"fault": fault, "pages": 0})
            return
        say({"fault": "", "pages": len(document)})
        _show(document, request, say)
        say({"number": 0, "text": "", "image_bytes": 0, "note": ""})


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    with suppress(OSError, ValueError):  # macOS knows no limit of memory
        resource.setrlimit(kind, (value if hard < 0 else min(value, hard), hard))


def _opened(content: bytes) -> tuple[_Document | None, str]:
    pdfium = importlib.import_module("pypdfium2")
    try:
        return cast("_Document", pdfium.PdfDocument(content)), ""  # the library has no types
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            return None, "it is encrypted, and needs a password"
        return None, "it is broken"


def _show(document: _Document, request: Request, say: Callable[[Page, bytes], None]) -> None:
    chars, image_bytes = request["most_chars"], request["most_image_bytes"]
    for number in _numbers(request["ranges"], len(document), request["most_pages"]):
        text, image, note = "", b"", ""
        try:
            page = document[number - 1]
            text = page.get_textpage().get_text_bounded().replace("\r\n", "\n").strip()
            if request["drawn"] == "all" or (request["drawn"] == "without text" and not text):
                image = _drawn(page, request["image_side_px"])
        except Exception as error:  # noqa: BLE001  # one page that is broken is not the others
            reason = str(error) or "it is too large, or broken"
            note = f"this page cannot be shown whole: {reason}"
        if len(image) > image_bytes:
            image, note = b"", "its image is left out, for there are too many: ask for it alone"
        if len(text) > chars:
            note = f"{len(text) - chars} more characters left out: the output is full"
            text = text[:chars]
        chars -= len(text)
        image_bytes -= len(image)
        say({"number": number, "text": text, "image_bytes": len(image), "note": note}, image)


def _numbers(ranges: Sequence[tuple[int, int]], count: int, most: int) -> Iterator[int]:
    wanted = (number for first, last in ranges for number in range(first, min(last, count) + 1))
    for _, number in zip(range(most), dict.fromkeys(wanted), strict=False):
        yield number


def _drawn(page: _Sheet, side_px: int) -> bytes:
    longer = max(page.get_size())
    scale = min(max(side_px / max(longer, 1), _LEAST_SCALE), _MOST_SCALE)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    pixels = memoryview(bytes(bitmap.buffer))
    width_bytes = bitmap.width * bitmap.n_channels
    # Each row of a PNG begins with its filter: 0 is none.
    rows = b"".join(
        b"\0" + pixels[start : start + width_bytes]
        for start in range(0, bitmap.height * bitmap.stride, bitmap.stride)
    )
    return _png(bitmap.width, bitmap.height, bitmap.n_channels, rows)


def _png(width: int, height: int, channels: int, rows: bytes) -> bytes:
    """Write a PNG of eight bits a channel, as its specification (ISO/IEC 15948) has it."""
    colour = {1: 0, 3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


if __name__ == "__main__":
    main()
