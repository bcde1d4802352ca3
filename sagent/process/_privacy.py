import ctypes
import sys

_PR_SET_DUMPABLE = 4
"""Of ``linux/prctl.h``."""


def hide_from_children() -> None:
    """Let no other process of this user look into this one, as the commands that an agent runs.

    They get no credentials in their environment, but would find ours in that of this process
    (``/proc/PID/environ``) and in its memory. Root may look all the same, and programs that are
    started from here are not hidden themselves; prctl(2), ``PR_SET_DUMPABLE``. Elsewhere than on
    Linux it does nothing.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
