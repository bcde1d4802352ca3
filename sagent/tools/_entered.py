import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from sagent.tool import open_exact
from sagent.tools._place import unreadable


@asynccontextmanager
async def entered(real: Path) -> AsyncGenerator[Path, None]:
    """Give a path for a process to start in that is the directory *real* as it is now.

    On Linux it is the descriptor's own path, which the process enters before it closes that; so
    no symbolic link that is put in the place of *real* meanwhile is followed.

    Raises:
        Refusal: it cannot be opened.
    """
    try:
        descriptor = await trio.to_thread.run_sync(open_exact, real, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise unreadable(real, error) from error
    try:
        yield Path(f"/proc/self/fd/{descriptor}") if sys.platform == "linux" else real
    finally:
        os.close(descriptor)
