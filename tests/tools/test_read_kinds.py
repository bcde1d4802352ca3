"""What Read shows beside plain text: images, PDFs, notebooks, lines of any length."""

import base64
import json
import re
import struct
import sys
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_files import ENCRYPTED, pdf

from sagent.lib.json import JSON
from sagent.message import BytesMessage, JsonMessage, Message, MultipartMessage, is_error
from sagent.message import response_text as text_of
from sagent.tool import Binding, Workspace
from sagent.tools import Read
from sagent.tools._image_fault import image_fault
from sagent.tools._image_type import image_type

type Use = Callable[..., Awaitable[Message]]


def png(width: int, height: int) -> bytes:
    size = struct.pack(">II", width, height)
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\0" * 9 + b"IEND"


def jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + b"\0" * 9
    return b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc0" + frame + b"\xff\xda"


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0," + b"\0" * 9


def webp(chunk: bytes, size: bytes) -> bytes:
    content = b"WEBP" + chunk + b"\0" * 4 + size
    return b"RIFF" + struct.pack("<I", len(content)) + content


def bmp(width: int, height: int) -> bytes:
    return b"BM" + b"\0" * 12 + struct.pack("<Iii", 40, width, height) + b"\0" * 28


_PNG = png(3, 2)


@pytest.fixture
def read(tmp_path: Path) -> Use:
    tool = Read().bind(Binding(agent="reader", workspace=Workspace(tmp_path)))

    async def use(name: str, **directive: JSON) -> Message:
        return await tool.run(JsonMessage({"file_path": name} | directive))

    return use


def images_in(message: Message) -> list[BytesMessage]:
    assert isinstance(message, MultipartMessage)
    return [part for part in message.content if isinstance(part, BytesMessage)]


def whole_text_of(message: Message) -> str:
    if isinstance(message, MultipartMessage):
        return "\n".join(
            str(part.content) for part in message if not isinstance(part, BytesMessage)
        )
    return text_of(message)


@pytest.mark.parametrize(
    ("content", "descriptor"),
    [
        (_PNG, "image/png"),
        (jpeg(3, 8000), "image/jpeg"),
        (gif(3, 2), "image/gif"),
        (webp(b"VP8 ", b"\0" * 6 + b"\3\0\2\0"), "image/webp"),
        (webp(b"VP8L", b"\x2f\0\0\0\0"), "image/webp"),
        (webp(b"VP8X", b"\0" * 4 + b"\x3f\x1f\0\0\0\0"), "image/webp"),
        (bmp(3, -2), "image/bmp"),
    ],
)
async def test_an_image_is_shown_whatever_it_is_called(
    tmp_path: Path, read: Use, content: bytes, descriptor: str
) -> None:
    (tmp_path / "a.txt").write_bytes(content)

    result = await read("a.txt")

    assert images_in(result) == [_like(images_in(result)[0], content, descriptor)]
    assert whole_text_of(result) == (f"[{descriptor} of {len(content)} bytes: {tmp_path}/a.txt]")


def _like(message: BytesMessage, content: bytes, descriptor: str) -> BytesMessage:
    return BytesMessage(content, descriptor, id=message.id, timestamp=message.timestamp)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (png(3, 2)[:30], "broken, or cut off"),
        (png(3, 2)[:-1], "broken, or cut off"),
        (jpeg(3, 2)[:12], "broken, or cut off"),
        (gif(3, 2)[:12], "broken, or cut off"),
        (webp(b"VP8X", b"\0" * 10)[:-1], "broken, or cut off"),
        (webp(b"JUNK", b"\0" * 10), "broken, or cut off"),
        (bmp(3, 2)[:20], "broken, or cut off"),
        (png(0, 0), "has no pixels"),
        (gif(0, 2), "has no pixels"),
        (png(2**31 - 1, 2), "2147483647 x 2 pixels, and 8000 a side can be shown"),
        (jpeg(65500, 65500), "65500 x 65500 pixels"),
        (bmp(3, -9000), "3 x 9000 pixels"),
        (webp(b"VP8X", b"\0" * 4 + b"\x40\x1f\0\0\0\0"), "8001 x 1 pixels"),
    ],
)
async def test_an_image_that_would_spoil_the_conversation_is_not_shown(
    tmp_path: Path, read: Use, content: bytes, fault: str
) -> None:
    (tmp_path / "a.png").write_bytes(content)

    result = await read("a.png")

    assert is_error(result)
    assert fault in text_of(result)


@given(
    st.sampled_from([png(3, 2), jpeg(3, 2), gif(3, 2), webp(b"VP8X", b"\0" * 10), bmp(3, 2)]),
    st.binary(max_size=60),
    st.integers(0, 60),
)
def test_no_image_breaks_what_looks_at_it(start: bytes, rest: bytes, cut: int) -> None:
    content = start[:cut] + rest
    descriptor = image_type(content)

    fault = image_fault(content, descriptor or "image/jpeg")

    assert fault is None or "\n" not in fault


async def test_an_image_of_a_notebook_that_is_broken_is_left_out(tmp_path: Path, read: Use) -> None:
    image = base64.b64encode(_PNG[:30]).decode()
    output: JSON = {"output_type": "display_data", "data": {"image/png": image}}
    (tmp_path / "a.ipynb").write_text(
        notebook({"cell_type": "code", "source": "", "outputs": [output]})
    )

    result = await read("a.ipynb")

    assert images_in(result) == []
    assert "[an image is left out: it is broken, or cut off]" in whole_text_of(result)


async def test_text_that_begins_as_an_image_could_is_text(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.png").write_text("BM is how a bitmap begins, and GIF is no image\n")

    assert text_of(await read("a.png")).startswith("1\tBM is how")


async def test_an_image_that_is_too_large_is_told(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.png").write_bytes(_PNG + b"\0" * 5_000_000)

    result = await read("a.png")

    assert is_error(result)
    assert "5000037 bytes, and 5000000 can be shown at most: make it smaller" in text_of(result)


async def test_the_pages_of_a_pdf_are_shown_as_text(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a").write_bytes(pdf(["first page", "second page"]))

    result = await read("a")

    assert images_in(result) == []
    assert whole_text_of(result) == (
        f"[PDF of 2 pages: {tmp_path}/a]\n--- page 1 ---\nfirst page\n--- page 2 ---\nsecond page"
    )


async def test_a_page_without_text_is_shown_as_it_looks(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(["text", ""]))

    (image,) = images_in(await read("a.pdf"))

    width, height, rows = pixels_of(image.content)
    assert (image.descriptor, width, height) == ("image/png", 800, 800)
    assert rows[-1][:3] == b"\0\0\0"  # the square is black, in the corner below
    assert rows[0][:3] == b"\xff\xff\xff"


def pixels_of(png: bytes) -> tuple[int, int, list[bytes]]:
    width, height = struct.unpack_from(">II", png, 16)
    start = png.index(b"IDAT")
    (length,) = struct.unpack_from(">I", png, start - 4)
    raw = zlib.decompress(png[start + 4 : start + 4 + length])
    step = len(raw) // height
    return width, height, [raw[i + 1 : i + step] for i in range(0, len(raw), step)]


async def test_pages_are_drawn_when_asked_for(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(["one", "two", "three"]))

    result = await read("a.pdf", pages="2-3", images=True)

    assert len(images_in(result)) == 2
    assert "--- page 2 ---\ntwo" in whole_text_of(result)
    assert "one" not in whole_text_of(result)


async def test_twenty_pages_are_shown_and_the_rest_is_told(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([f"page number {n}" for n in range(1, 26)]))

    first = whole_text_of(await read("a.pdf"))
    rest = whole_text_of(await read("a.pdf", pages="21-"))

    assert first.endswith("page number 20\n... (5 more pages. Use pages=21- to go on)")
    assert rest.endswith("page number 25")


@pytest.mark.parametrize(
    ("pages", "text"),
    [
        ("x", "pages: 'x' is no list of pages: write them as 1-3,7"),
        ("3-1", "pages: '3-1' is no list of pages: write them as 1-3,7"),
        ("0", "pages: '0' is no list of pages: write them as 1-3,7"),
        ("1-21", "pages: 21 are too many for one call: ask for 20 at most"),
    ],
)
async def test_pages_that_cannot_be_meant_are_told(
    tmp_path: Path, read: Use, pages: str, text: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(["one"]))

    assert text_of(await read("a.pdf", pages=pages)) == text


async def test_a_page_beyond_the_end_is_told_with_how_many_there_are(
    tmp_path: Path, read: Use
) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(["one"]))

    assert text_of(await read("a.pdf", pages="2")) == (
        f"{tmp_path}/a.pdf has 1 pages, and none of those that were asked for"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (ENCRYPTED, "it is encrypted, and needs a password"),
        (b"%PDF-1.4\nnothing of the kind", "it is broken"),
    ],
)
async def test_a_pdf_that_cannot_be_read_is_told_in_a_line(
    tmp_path: Path, read: Use, content: bytes, why: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(content)

    result = await read("a.pdf")

    assert is_error(result)
    assert text_of(result) == f"{tmp_path}/a.pdf cannot be read as a PDF: {why}"


async def test_a_pdf_reader_that_crashes_is_told(
    tmp_path: Path, read: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pypdfium2.py").write_text("import os\nos.abort()\n")
    (tmp_path / "a.pdf").write_bytes(pdf(["one"]))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    result = await read("a.pdf")

    assert is_error(result)
    assert "the reader ended at it" in text_of(result)


async def test_a_pdf_that_takes_too_long_is_given_up(
    tmp_path: Path, read: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pypdfium2.py").write_text("while True:\n    pass\n")
    (tmp_path / "a.pdf").write_bytes(pdf(["one"]))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr("sagent.tools._pdf._PATIENCE_S", 0.3)

    assert "takes more than 0.3 s: ask for fewer pages" in text_of(await read("a.pdf"))


async def test_a_page_of_a_size_that_nobody_could_draw_is_told_so(
    tmp_path: Path, read: Use
) -> None:
    content = pdf([""])
    assert content.count(b"/MediaBox [") == 1
    huge = re.sub(rb"/MediaBox \[[^\]]*\]", b"/MediaBox [0 0 2000000 2000000]", content)
    (tmp_path / "a.pdf").write_bytes(huge)

    result = await read("a.pdf")

    assert images_in(result) == []
    assert "[this page cannot be shown whole: it is too large, or broken]" in whole_text_of(result)


def notebook(*cells: JSON) -> str:
    return json.dumps({"cells": cells, "nbformat": 4, "metadata": {}})


async def test_a_notebook_is_shown_cell_by_cell_with_what_it_gave(
    tmp_path: Path, read: Use
) -> None:
    image = base64.b64encode(_PNG).decode()
    outputs: list[JSON] = [
        {"output_type": "stream", "text": ["hello\n", "there\n"]},
        {"output_type": "display_data", "data": {"image/png": image, "text/plain": "<Figure>"}},
        {"output_type": "error", "traceback": ["\x1b[31mNameError\x1b[0m: x"]},
    ]
    (tmp_path / "a.ipynb").write_text(
        notebook(
            {"cell_type": "markdown", "source": ["# Title\n", "words"]},
            {"cell_type": "code", "source": "print(x)", "outputs": outputs},
        )
    )

    result = await read("a.ipynb")

    assert [image.content for image in images_in(result)] == [_PNG]
    assert whole_text_of(result) == (
        f"[Notebook of 2 cells: {tmp_path}/a.ipynb]\n"
        "--- cell 1 (markdown) ---\n# Title\nwords\n"
        "--- cell 2 (code) ---\nprint(x)\n[output]\nhello\nthere\n[output]\nNameError: x"
    )


async def test_cells_are_paged(tmp_path: Path, read: Use) -> None:
    cells: list[JSON] = [{"cell_type": "code", "source": f"n = {n}"} for n in range(1, 6)]
    (tmp_path / "a.ipynb").write_text(notebook(*cells))

    text = whole_text_of(await read("a.ipynb", offset=2, limit=2))

    assert "n = 1" not in text
    assert text.endswith("n = 3\n... (2 more cells. Use offset=4 to continue.)")


async def test_a_cell_of_many_outputs_fills_one_page(tmp_path: Path, read: Use) -> None:
    output: JSON = {"output_type": "stream", "text": "x" * 10_000}
    cell: JSON = {"cell_type": "code", "source": "f()", "outputs": [output] * 100}
    (tmp_path / "a.ipynb").write_text(notebook(cell, cell))

    text = whole_text_of(await read("a.ipynb"))

    assert len(text) < 120_000
    assert text.endswith(
        "[90 more outputs are left out: the page is full]\n"
        "... (1 more cells. Use offset=2 to continue.)"
    )


@pytest.mark.parametrize("content", ["{", "[]", '{"cells": 7}', '{"cells": [7]}', "[" * 100_000])
async def test_a_notebook_that_is_none_is_shown_as_text(
    tmp_path: Path, read: Use, content: str
) -> None:
    (tmp_path / "a.ipynb").write_text(content)

    assert text_of(await read("a.ipynb")).startswith(f"1\t{content[:100]}")


async def test_a_long_line_can_be_read_on(tmp_path: Path, read: Use) -> None:
    line = "0123456" * 500_000
    (tmp_path / "a.txt").write_text(line + "\nend\n")

    text = text_of(await read("a.txt", column=2_000_001, limit=1))

    assert text == (
        f"1\t{line[2_000_000:2_002_000]}... [1498000 more characters in this line; column=2002001 "
        "shows them]\n... (1 more lines. Use offset=2 to continue.)"
    )
