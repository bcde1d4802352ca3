import os
from pathlib import Path
from typing import BinaryIO, ClassVar

import attrs
import trio

from sagent.message import BytesMessage, Message, MultipartMessage, TextMessage
from sagent.tool import Effect, FileStamp, Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import BuiltinTool, Card
from sagent.tools._image_fault import image_fault
from sagent.tools._image_type import image_type
from sagent.tools._notebook import MOST_NOTEBOOK_BYTES, notebook_cells, show_notebook
from sagent.tools._pdf import MOST_PDF_BYTES, Ranges, is_pdf, page_ranges, show_pdf
from sagent.tools._pdf_worker import Drawn
from sagent.tools._place import open_regular, place_of, shown
from sagent.tools._refusal import Refusal
from sagent.tools._text_encoding import PROBE_BYTES, probable_encodings
from sagent.tools._text_window import DEFAULT_LINES, MOST_CHARS, TextWindow

_MOST_IMAGE_BYTES = 5_000_000
"""Anthropic takes no larger image; others take more."""

_REREAD_BYTES = 64 << 10
"""Files of this size are kept as they were seen, so that changes can be shown."""


@attrs.frozen
class _Pdf:
    """What is to be read elsewhere, since it may do harm."""

    content: bytes


@attrs.frozen
class _Look:
    """Reads one file, as what it is."""

    path: Path
    window: TextWindow
    limit: int | None
    workspace: Workspace

    def read(self) -> Message | _Pdf:
        """Open the file and show it.

        Raises:
            Refusal: it cannot be shown.
        """
        with open_regular(self.workspace, self.path) as (file, target):
            status = os.fstat(file.fileno())
            result = self._shown(file, status.st_size)
            content = None
            if isinstance(result, TextMessage) and status.st_size <= _REREAD_BYTES:
                file.seek(0)
                content = self._rest(file, _REREAD_BYTES)
        if result is None:
            size = f"{status.st_size} bytes"
            return TextMessage(
                f"[Binary file: {shown(self.path)} ({size}). Use Bash to inspect it.]"
            )
        # The state before reading: a change meanwhile makes what was read stale.
        self.workspace.saw(target, FileStamp.of(status), content)
        return result

    def _shown(self, file: BinaryIO, size_bytes: int) -> Message | _Pdf | None:
        start = file.read(PROBE_BYTES) or b""
        if descriptor := image_type(start):
            return self._image(start + self._rest(file, _MOST_IMAGE_BYTES), descriptor, size_bytes)
        if is_pdf(start):
            if size_bytes > MOST_PDF_BYTES:
                raise self._too_large(size_bytes, MOST_PDF_BYTES, "take pages out of it")
            return _Pdf(start + self._rest(file, MOST_PDF_BYTES))
        if self.path.suffix == ".ipynb" and size_bytes <= MOST_NOTEBOOK_BYTES:
            cells = notebook_cells(start + self._rest(file, MOST_NOTEBOOK_BYTES))
            if cells is not None:
                parts = show_notebook(
                    shown(self.path), cells, offset=self.window.offset, limit=self.limit
                )
                return MultipartMessage(parts)
        encodings = probable_encodings(start)
        if not encodings:
            return None
        return TextMessage(
            self.window.read(file, encodings) or f"[The file is empty: {shown(self.path)}]"
        )

    def _rest(self, file: BinaryIO, most_bytes: int) -> bytes:
        # An unbuffered file may give less than there is.
        pieces: list[bytes] = []
        while most_bytes > 0 and (piece := file.read(min(most_bytes, 1 << 20))):
            trio.from_thread.check_cancelled()
            pieces.append(piece)
            most_bytes -= len(piece)
        return b"".join(pieces)

    def _image(self, content: bytes, descriptor: str, size_bytes: int) -> Message:
        if size_bytes > _MOST_IMAGE_BYTES:
            raise self._too_large(size_bytes, _MOST_IMAGE_BYTES, "make it smaller")
        if fault := image_fault(content, descriptor):
            raise Refusal(
                f"{shown(self.path)} cannot be shown as {descriptor}: {fault}. "
                "Make another of it with a program, through Bash"
            )
        told = f"[{descriptor} of {len(content)} bytes: {shown(self.path)}]"
        return MultipartMessage((TextMessage(told), BytesMessage(content, descriptor)))

    def _too_large(self, size_bytes: int, most_bytes: int, remedy: str) -> Refusal:
        return Refusal(
            f"{shown(self.path)} has {size_bytes} bytes, and {most_bytes} can be shown at most: "
            f"{remedy} with a program, through Bash"
        )


class Read(BuiltinTool):
    """Shows a file: text with line numbers, images, pages of a PDF, cells of a notebook."""

    card: ClassVar[Card] = Card(
        name="Read",
        description=(
            "Show a file. Text comes as numbered lines: NUMBER, a tab, the line; "
            f"{DEFAULT_LINES} lines unless told otherwise; continue with offset. Images, PDF pages "
            "and notebooks (offset counts cells) are shown, too."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "file_path": {"type": "string"},
                "offset": {"type": "integer", "minimum": 1, "description": "first line"},
                "limit": {"type": "integer", "minimum": 1, "description": "how many lines"},
                "last_lines": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "show the file's end instead",
                },
                "column": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "where long lines begin",
                },
                "pages": {"type": "string", "description": "PDF: 1-3,7"},
                "images": {"type": "boolean", "description": "draw PDF pages"},
            },
            "required": ["file_path"],
            "additionalProperties": False,
        },
        effects=frozenset({Effect.READS}),
        concurrency="shared",
        subjects=("file_path",),
    )

    @property
    def max_result_chars(self) -> int:
        """More than it shows at a time: what is too large for it, it shows in parts."""
        return 2 * MOST_CHARS

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:
        path = place_of(workspace, arguments.text("file_path"))
        limit = arguments.optional_count("limit", least=1)
        window = TextWindow(
            offset=arguments.count("offset", 1, least=1),
            limit=limit or DEFAULT_LINES,
            last_lines=arguments.optional_count("last_lines", least=1),
            column=arguments.count("column", 1, least=1),
        )
        pages = arguments.optional_text("pages")
        ranges: Ranges = page_ranges(pages) if pages else []
        look = _Look(path, window, limit, workspace)
        result = await trio.to_thread.run_sync(look.read)
        if isinstance(result, _Pdf):
            drawn: Drawn = "all" if arguments.flag("images") else "without text"
            return await show_pdf(path, result.content, ranges, drawn=drawn)
        return result
