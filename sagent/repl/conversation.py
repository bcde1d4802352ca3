"""What is said at a screen: to an agent, by commands, and in answer to its questions."""

from sagent.repl._command import OWN_NAMES
from sagent.repl._conversation import converse
from sagent.repl._screen_answerer import ScreenAnswerer
from sagent.repl._setting import Ended, GoOn, Leave, Outcome, Setting

__all__ = [
    "OWN_NAMES",
    "Ended",
    "GoOn",
    "Leave",
    "Outcome",
    "ScreenAnswerer",
    "Setting",
    "converse",
]
