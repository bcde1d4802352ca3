"""Which editor's keys a person is used to."""

import os
from collections.abc import Mapping
from pathlib import Path

from sagent.errors import UsageError
from sagent.repl._screen import Editing

EDITING_VARIABLE = "SAGENT_EDITING_MODE"
_MOST_BYTES = 100_000


def editing_mode(environ: Mapping[str, str]) -> Editing:
    """Take ``SAGENT_EDITING_MODE``, or else what the user has told readline, or else Emacs.

    Readline reads ``set editing-mode vi`` in the file that ``INPUTRC`` names, or ``~/.inputrc``
    (readline(3), Initialization File).

    Raises:
        UsageError: the variable is set to anything else.
    """
    wanted = environ.get(EDITING_VARIABLE, "").strip().lower()
    match wanted:
        case "vi" | "emacs":
            return wanted
        case "":
            return _readlines_own(environ)
        case _:
            raise UsageError(f"{EDITING_VARIABLE} is {wanted!r}: set it to vi or emacs")


def _readlines_own(environ: Mapping[str, str]) -> Editing:
    named = environ.get("INPUTRC")
    home = environ.get("HOME")
    path = Path(named) if named else Path(home, ".inputrc") if home else None
    if path is None:
        return "emacs"
    try:
        with open(path, "rb", opener=_at_once) as file:
            text = file.read(_MOST_BYTES).decode(errors="replace")
    except OSError:
        return "emacs"
    mode: Editing = "emacs"
    for line in text.splitlines():
        match line.split():
            case ["set", "editing-mode", ("vi" | "emacs") as word, *_]:
                mode = word
            case _:
                pass
    return mode


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
