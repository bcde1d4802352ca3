import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from sagent.repl._editing import editing_mode
from sagent.repl._screen import Editing, Screen

HISTORY = "history"
"""The file in the home in which what is typed is remembered, usually."""


@asynccontextmanager
async def open_screen(
    *, history: Path | None, directory: Path | None, editing: Editing | None = None
) -> AsyncGenerator[Screen]:
    """Hold the terminal for the block: line by line if it can do no more (``TERM=dumb``).

    Args:
        history: the file in which what is typed is remembered; None for nowhere.
        directory: whose files Tab completes; None for the current one.
        editing: the editor whose keys are taken; None for the one that the environment tells of.

    Raises:
        UsageError: the environment names one that there is not.
    """
    if os.environ.get("TERM", "dumb") in {"dumb", "unknown", ""}:
        from sagent.repl._plain_screen import open_plain_screen  # noqa: PLC0415  # rich takes 0.1 s

        async with open_plain_screen() as plain:
            yield plain
        return
    from sagent.repl._completion import ReplCompleter  # noqa: PLC0415  # prompt_toolkit takes 0.2 s
    from sagent.repl._terminal_screen import open_terminal_screen  # noqa: PLC0415  # the same

    place = Path.cwd() if directory is None else directory
    keys = editing_mode(os.environ) if editing is None else editing
    async with open_terminal_screen(ReplCompleter(place), history, keys) as screen:
        yield screen
