"""What terminals show of agents, sessions and messages: in plain lines, harmless ones."""

from importlib import import_module
from typing import TYPE_CHECKING

from sagent.terminal._charset import Charset
from sagent.terminal._clean import clean, one_line
from sagent.terminal._emoji import simple_emoji
from sagent.terminal._export import ExportFormat, export_format, exported
from sagent.terminal._message_rows import find_message, message_rows, telling_chars, words
from sagent.terminal._session_words import age, cost, title
from sagent.terminal._size import size_of

if TYPE_CHECKING:
    from sagent.terminal._people_rows import people_rows

__all__ = [
    "Charset",
    "ExportFormat",
    "age",
    "clean",
    "cost",
    "export_format",
    "exported",
    "find_message",
    "message_rows",
    "one_line",
    "people_rows",
    "simple_emoji",
    "size_of",
    "telling_chars",
    "title",
    "words",
]


def __getattr__(name: str) -> object:
    if name == "people_rows":  # with it come agents, which a list of sessions does not need
        return import_module("sagent.terminal._people_rows").people_rows
    raise AttributeError(f"module 'sagent.terminal' has no attribute {name!r}")
