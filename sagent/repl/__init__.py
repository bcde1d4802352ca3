"""A person at a terminal, talking to an agent.

`open_screen` holds the terminal; `sagent.repl.conversation`, which takes longer to load, lets
whoever sits there talk to an agent until they leave.
"""

from sagent.repl._open import HISTORY, open_screen
from sagent.repl._printed import Verbatim
from sagent.repl._screen import Editing, Screen

__all__ = ["HISTORY", "Editing", "Screen", "Verbatim", "open_screen"]
