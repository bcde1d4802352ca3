"""What terminals show of agents, sessions and messages: in plain lines, harmless ones."""

from sagent.terminal._charset import Charset
from sagent.terminal._clean import clean, one_line
from sagent.terminal._emoji import simple_emoji
from sagent.terminal._message_rows import find_message, message_rows, telling_chars, words
from sagent.terminal._session_words import age, cost, title
from sagent.terminal._size import size_of

__all__ = [
    "Charset",
    "age",
    "clean",
    "cost",
    "find_message",
    "message_rows",
    "one_line",
    "simple_emoji",
    "size_of",
    "telling_chars",
    "title",
    "words",
]
