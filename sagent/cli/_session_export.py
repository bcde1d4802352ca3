"""Conversations as texts to read elsewhere."""

import re
import sys
from pathlib import Path
from typing import assert_never

from sagent.cli._sessions_parser import ExportFormat
from sagent.message import encode_message
from sagent.session import Transcript, to_html, to_markdown
from sagent.terminal import clean

_SUFFIXES: dict[str, ExportFormat] = {".html": "html", ".htm": "html", ".jsonl": "jsonl"}
_PICTURE = re.compile(r"\(data:[^()\s]{100,}\)")


def readable(transcript: Transcript) -> str:
    """Give the conversation as Markdown for a terminal, without the bytes of pictures."""
    return clean(_PICTURE.sub("()", to_markdown(transcript)))


def exported(transcript: Transcript, form: ExportFormat | None, output: Path | None) -> str:
    """Give the conversation in *form*, or in the one that the name of *output* says."""
    form = form or _SUFFIXES.get("" if output is None else output.suffix.lower(), "markdown")
    text = _written(transcript, form)
    return clean(text) if output is None and sys.stdout.isatty() else text


def _written(transcript: Transcript, form: ExportFormat) -> str:
    match form:
        case "markdown":
            return to_markdown(transcript)
        case "html":
            return to_html(transcript)
        case "jsonl":
            messages = transcript.conversation
            return "".join(f"{encode_message(message)}\n" for message in messages)
        case _:
            assert_never(form)
