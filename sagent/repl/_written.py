"""What the user has written before."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from sagent.repl._pasted import Folds

EARLIER = "Earlier text"
"""How a long text of another day is called."""


class FoldedHistory(FileHistory):
    """Keeps in a file what was written, whole, and shows what is long by a few words."""

    def __init__(self, file: Path, folds: Folds, complain: Callable[[str], object]) -> None:
        super().__init__(file)
        self._folds = folds
        self._complain = complain
        self._complained = False

    def load_history_strings(self) -> Iterable[str]:
        """Give what was written, the newest first."""
        try:
            for text in super().load_history_strings():
                yield self._folds.shortened(text, EARLIER)
        except OSError as error:
            self._tell(error)

    def store_string(self, string: str) -> None:
        """Keep *string*, whole; where that cannot be, it is known until the end, and sent."""
        try:
            super().store_string(self._folds.lasting(string))
        except OSError as error:
            self._tell(error)

    def _tell(self, error: OSError) -> None:
        if not self._complained:
            self._complained = True
            self._complain(_words(self.filename, error))


def open_history(file: Path | None, folds: Folds, complain: Callable[[str], object]) -> History:
    """Remember what is written in *file*; in memory alone if that is None, or cannot be written."""
    if file is None:
        return InMemoryHistory()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600))
    except OSError as error:
        complain(_words(file, error))
        return InMemoryHistory()
    return FoldedHistory(file, folds, complain)


def _words(file: object, error: OSError) -> str:
    return f"no history: {file}: {error.strerror}"
