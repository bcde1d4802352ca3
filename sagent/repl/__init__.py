"""A person at a terminal, talking to an agent.

`open_screen` holds the terminal, and `converse` lets whoever sits there talk to an agent that was
spawned with a `ScreenAnswerer`, until they leave.
"""

from sagent.repl._conversation import converse
from sagent.repl._open import open_screen
from sagent.repl._screen import Screen
from sagent.repl._screen_answerer import ScreenAnswerer
from sagent.repl._setting import Ended, GoOn, Leave, Outcome, Setting

__all__ = [
    "Ended",
    "GoOn",
    "Leave",
    "Outcome",
    "Screen",
    "ScreenAnswerer",
    "Setting",
    "converse",
    "open_screen",
]
