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

    def __init__(self, file: Path, folds: Folds) -> None:
        super().__init__(file)
        self._folds = folds

    def load_history_strings(self) -> Iterable[str]:
        """Give what was written, the newest first."""
        for text in super().load_history_strings():
            yield self._folds.shortened(text, EARLIER)

    def store_string(self, string: str) -> None:
        """Keep *string*, whole."""
        super().store_string(self._folds.lasting(string))


def open_history(file: Path | None, folds: Folds, complain: Callable[[str], object]) -> History:
    """Remember what is written in *file*; in memory alone if that is None, or cannot be written."""
    if file is None:
        return InMemoryHistory()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600))
    except OSError as error:
        complain(f"no history: {file}: {error.strerror}")
        return InMemoryHistory()
    return FoldedHistory(file, folds)
