"""What a person reads first."""

import os
from pathlib import Path

from sagent.repl._printed import Remark


def greeting(directory: Path) -> Remark:
    """Tell who is there, where they work, and how to get help."""
    place = str(directory)
    home = os.path.expanduser("~")  # noqa: PTH111  # what cannot be told stays as it is
    if place == home or place.startswith(f"{home}/"):
        place = f"~{place[len(home) :]}"
    return Remark(f"sagent · /help shows commands and keys · {place}")
