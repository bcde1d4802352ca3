import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

import trio

from sagent.message import BytesMessage, Message, MultipartMessage, TextMessage
from sagent.process import open_duplex_process
from sagent.tools import _pdf_worker
from sagent.tools._place import shown
from sagent.tools._refusal import Refusal

MOST_PDF_BYTES = 100 << 20
"""A larger file is not opened."""

_MARK, _MARK_WITHIN = b"%PDF-", 1024
"""Readers take a file whose mark is within this many bytes from its start."""
_MOST_PAGES = 20
_MOST_CHARS = 100_000
_MOST_IMAGE_BYTES = 12_000_000
_MOST_ANSWER_BYTES = 20_000_000
_IMAGE_SIDE_PX = 1568
"""Anthropic makes larger images smaller before a model sees them."""
_MEMORY_BYTES = 1 << 30
_PATIENCE_S = 60.0
_LAST = 10**9
_RANGE = re.compile(r"\s*(\d{1,9})\s*(?:(-)\s*(\d{1,9})?\s*)?")

_CUT: _pdf_worker.Page = {"number": -1, "text": "", "image_bytes": 0, "note": ""}
"""Stands for the last one, which says that all was shown, where that did not come."""

type Ranges = list[tuple[int, int]]


def is_pdf(start: bytes) -> bool:
    """Tell whether a file that begins with *start* is a PDF."""
    return _MARK in start[:_MARK_WITHIN]


def page_ranges(pages: str) -> Ranges:
    """Read *pages*, such as ``1-3,7`` or ``5-``: first and last numbers.

    Raises:
        Refusal: it is no such list, or of too many pages.
    """
    ranges: Ranges = []
    for part in pages.split(","):
        match = _RANGE.fullmatch(part)
        first, last = (int(match[1]), _last(match)) if match else (0, 0)
        if not 1 <= first <= last:
            raise Refusal(f"pages: {pages!r} is no list of pages: write them as 1-3,7")
        ranges.append((first, last))
    count = sum(last - first + 1 for first, last in ranges if last < _LAST)
    if count > _MOST_PAGES:
        raise Refusal(f"pages: {count} are too many for one call: ask for {_MOST_PAGES} at most")
    return ranges


def _last(match: re.Match[str]) -> int:
    if match[3]:
        return int(match[3])
    return _LAST if match[2] else int(match[1])


async def show_pdf(
    path: Path, content: bytes, ranges: Ranges, *, drawn: _pdf_worker.Drawn
) -> Message:
    """Show pages of the PDF *content*, which is the file *path*: their text, or their looks.

    Args:
        path: names it.
        content: the file.
        ranges: which pages; none for the first ones.
        drawn: of which pages the looks are shown.

    Raises:
        Refusal: it cannot be read, or has no such pages.
    """
    request = _request(content, drawn)
    request["ranges"] = ranges or request["ranges"]
    head, rest = await _answer(shown(path), request, content)
    return _message(path, head, rest)


async def pdf_text(name: str, content: bytes, *, most_pages: int, most_chars: int) -> str:
    """Give the text of the PDF *content*, page by page; what is left out is told at its end.

    Args:
        content: the file.
        name: names it, in messages.
        most_pages: how many pages are read.
        most_chars: how much of their text is.

    Raises:
        Refusal: it cannot be read.
    """
    request = _request(content, "none")
    request["most_pages"], request["most_chars"] = most_pages, most_chars
    head, rest = await _answer(name, request, content)
    parts = [
        f"--- page {page['number']} ---\n{page['text'] or '(no text)'}"
        for page, _ in _pages(rest)
        if page["number"]
    ]
    if len(parts) < head["pages"]:
        parts.append(f"(The PDF has {head['pages']} pages; the others were not read.)")
    return "\n\n".join(parts)


def _request(content: bytes, drawn: _pdf_worker.Drawn) -> _pdf_worker.Request:
    return {
        "path": sys.path,
        "size_bytes": len(content),
        "ranges": [(1, _LAST)],
        "most_pages": _MOST_PAGES,
        "most_chars": _MOST_CHARS,
        "most_image_bytes": _MOST_IMAGE_BYTES,
        "image_side_px": _IMAGE_SIDE_PX,
        "drawn": drawn,
        "memory_bytes": _MEMORY_BYTES + 4 * len(content),
        "cpu_s": int(_PATIENCE_S) + 1,
    }


async def _answer(
    name: str, request: _pdf_worker.Request, content: bytes
) -> tuple[_pdf_worker.Head, bytes]:
    answer: bytes | None = None
    with trio.move_on_after(_PATIENCE_S):
        answer = await _asked(json.dumps(request).encode() + b"\n" + content)
    if answer is None:
        raise Refusal(f"{name}: it takes more than {_PATIENCE_S:g} s: ask for fewer pages")
    line, _, rest = answer.partition(b"\n")
    if not line:
        raise Refusal(
            f"{name} cannot be read as a PDF: the reader ended at it. "
            "It may be broken, or made to do harm"
        )
    head = cast("_pdf_worker.Head", json.loads(line))
    if head["fault"]:
        raise Refusal(f"{name} cannot be read as a PDF: {head['fault']}")
    return head, rest


async def _asked(request: bytes) -> bytes:
    answer = bytearray()
    command = [sys.executable, "-I", "-S", "-W", "ignore", _pdf_worker.__file__]
    async with open_duplex_process(command) as process, trio.open_nursery() as nursery:

        async def send() -> None:
            with suppress(trio.BrokenResourceError):  # it has said why, or has crashed
                await process.stream.send_all(request)

        nursery.start_soon(send)
        with suppress(trio.BrokenResourceError):
            async for chunk in process.stream:
                answer += chunk
                if len(answer) > _MOST_ANSWER_BYTES:
                    break
        nursery.cancel_scope.cancel()
    return bytes(answer)


def _message(path: Path, head: _pdf_worker.Head, rest: bytes) -> Message:
    count = head["pages"]
    *pages, (end, _) = [*_pages(rest), (_CUT, b"")]
    if pages and not pages[-1][0]["number"]:
        end, _ = pages.pop()
    if not pages and end is not _CUT:
        raise Refusal(f"{shown(path)} has {count} pages, and none of those that were asked for")
    parts: list[Message] = [TextMessage(f"[PDF of {count} pages: {shown(path)}]")]
    for page, image in pages:
        note = f"\n[{page['note']}]" if page["note"] else ""
        parts.append(TextMessage(f"--- page {page['number']} ---\n{page['text']}{note}"))
        if image:
            parts.append(BytesMessage(image, "image/png"))
    if end is _CUT:
        parts.append(TextMessage("[The reader ended at the next page: it is broken, or too large]"))
        return MultipartMessage(parts)
    last = pages[-1][0]["number"]
    if last < count:
        parts.append(
            TextMessage(f"... ({count - last} more pages. Use pages={last + 1}- to go on)")
        )
    return MultipartMessage(parts)


def _pages(rest: bytes) -> Iterator[tuple[_pdf_worker.Page, bytes]]:
    while rest:
        line, end, rest = rest.partition(b"\n")
        if not end:
            return  # it was cut off
        page = cast("_pdf_worker.Page", json.loads(line))
        image, rest = rest[: page["image_bytes"]], rest[page["image_bytes"] :]
        if len(image) < page["image_bytes"]:
            return
        yield page, image
