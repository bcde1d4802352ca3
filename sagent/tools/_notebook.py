"""Notebooks of Jupyter (nbformat 4): cells with what they gave."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import attrs

from sagent.message import BytesMessage, Message, TextMessage
from sagent.tools._image_fault import image_fault
from sagent.tools._image_type import image_type

MOST_NOTEBOOK_BYTES = 32 << 20
"""A larger file is shown as text."""

_MOST_CHARS = 100_000
_MOST_OUTPUT_CHARS = 10_000
_MOST_IMAGES = 10
_MOST_IMAGE_BYTES = 5_000_000
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

type Node = Mapping[str, object]


@attrs.define
class _Sheet:
    """What is shown so far, and what there is room for."""

    parts: list[Message] = attrs.field(factory=list[Message], init=False)
    chars: int = attrs.field(default=_MOST_CHARS, init=False)
    _images: int = attrs.field(default=_MOST_IMAGES, init=False)
    _image_bytes: int = attrs.field(default=_MOST_IMAGE_BYTES, init=False)

    def write(self, text: str) -> None:
        self.chars -= len(text)
        self.parts.append(TextMessage(text))

    def show(self, image: bytes) -> None:
        descriptor = image_type(image)
        if descriptor is None or not self._images or len(image) > self._image_bytes:
            self.write(f"[an image of {len(image)} bytes is left out]")
            return
        if fault := image_fault(image, descriptor):
            self.write(f"[an image is left out: {fault}]")
            return
        self._images -= 1
        self._image_bytes -= len(image)
        self.parts.append(BytesMessage(image, descriptor))


def notebook_cells(content: bytes) -> Sequence[Node] | None:
    """Give the cells of the notebook *content*, or None if it is none that can be read."""
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(notebook, dict):
        return None
    cells = cast("dict[str, object]", notebook).get("cells")
    return _nodes(cells) or None


def show_notebook(
    name: str, cells: Sequence[Node], *, offset: int, limit: int | None
) -> tuple[Message, ...]:
    """Show *cells* of the notebook *name* from the number *offset* on, *limit* of them at most."""
    sheet = _Sheet()
    sheet.write(f"[Notebook of {len(cells)} cells: {name}]")
    stop = len(cells) if limit is None else min(len(cells), offset - 1 + limit)
    for number in range(offset, stop + 1):
        if sheet.chars <= 0:
            stop = number - 1
            break
        _show_cell(sheet, number, cells[number - 1])
    if offset > len(cells):
        sheet.write(f"[offset {offset} is beyond the end]")
    elif stop < len(cells):
        sheet.write(f"... ({len(cells) - stop} more cells. Use offset={stop + 1} to continue.)")
    return tuple(sheet.parts)


def _show_cell(sheet: _Sheet, number: int, cell: Node) -> None:
    kind = cell.get("cell_type")
    source = _cut(_text(cell.get("source")), sheet.chars)
    sheet.write(f"--- cell {number} ({kind if isinstance(kind, str) else 'unknown'}) ---\n{source}")
    outputs = _nodes(cell.get("outputs"))
    for place, output in enumerate(outputs):
        if sheet.chars <= 0:
            sheet.write(f"[{len(outputs) - place} more outputs are left out: the page is full]")
            return
        for shown in _shown(output):
            if isinstance(shown, bytes):
                sheet.show(shown)
            elif shown:
                sheet.write(f"[output]\n{_cut(shown, _MOST_OUTPUT_CHARS)}")


def _shown(output: Node) -> Iterator[str | bytes]:
    kind = output.get("output_type")
    if kind == "stream":
        yield _text(output.get("text"))
    elif kind == "error":
        traceback = _text(output.get("traceback"), "\n")
        yield traceback or f"{output.get('ename')}: {output.get('evalue')}"
    data = output.get("data")
    if isinstance(data, Mapping):
        yield from _shown_data(cast("Node", data))


def _shown_data(data: Node) -> Iterator[str | bytes]:
    encoded = next((_text(data[kind]) for kind in _IMAGES if kind in data), "")
    if encoded:
        try:
            yield base64.b64decode(encoded)
        except (binascii.Error, ValueError):
            yield "[an image that cannot be read]"
    else:
        yield _text(data.get("text/plain") or data.get("text/markdown") or data.get("text/html"))


def _nodes(values: object) -> list[Node]:
    if not isinstance(values, list):
        return []
    return [
        cast("Node", value) for value in cast("list[object]", values) if isinstance(value, dict)
    ]


def _text(value: object, between: str = "") -> str:
    """Give a string, or a list of them, as a notebook has either; without colours."""
    if isinstance(value, list):
        value = between.join(str(line) for line in cast("list[object]", value))
    return _COLOURS.sub("", value).rstrip("\n") if isinstance(value, str) else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\n... [{len(text) - most} more characters]"
