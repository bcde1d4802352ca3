"""A conversation as a text to keep elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, assert_never

from sagent.message import encode_message
from sagent.session import Transcript, to_html, to_markdown

type ExportFormat = Literal["markdown", "html", "jsonl"]
"""Markdown, a page of its own, or a message a line as `sagent.message.decode_message` reads it."""

_BY_SUFFIX: Mapping[str, ExportFormat] = MappingProxyType(
    {".html": "html", ".htm": "html", ".jsonl": "jsonl"}
)


def export_format(path: Path) -> ExportFormat:
    """Tell in what form a file of that name is to be: Markdown, if it says nothing else."""
    return _BY_SUFFIX.get(path.suffix.lower(), "markdown")


def exported(transcript: Transcript, form: ExportFormat) -> str:
    """Give the conversation in *form*."""
    match form:
        case "markdown":
            return to_markdown(transcript)
        case "html":
            return to_html(transcript)
        case "jsonl":
            return "".join(f"{encode_message(message)}\n" for message in transcript.conversation)
        case _:
            assert_never(form)
