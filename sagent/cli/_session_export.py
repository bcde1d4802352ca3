"""Conversations as texts to read elsewhere."""

import re
import sys
from pathlib import Path

from sagent.session import Transcript, to_markdown
from sagent.terminal import ExportFormat, clean, export_format, exported

_PICTURE = re.compile(r"\(data:[^()\s]{100,}\)")


def readable(transcript: Transcript) -> str:
    """Give the conversation as Markdown for a terminal, without the bytes of pictures."""
    return clean(_PICTURE.sub("()", to_markdown(transcript)))


def export_text(transcript: Transcript, form: ExportFormat | None, output: Path | None) -> str:
    """Give the conversation in *form*, or in the one that the name of *output* says.

    Without *output* it goes to standard output: cleaned, if that is a terminal.
    """
    text = exported(transcript, form or export_format(output or Path()))
    return clean(text) if output is None and sys.stdout.isatty() else text
