import os
import time


def new_id() -> str:
    """Make an id of 32 hexadecimal digits: nanoseconds since the epoch, then 64 random bits.

    Ids sort by the clock, and two processes never make the same one, so conversations of several
    agents can be merged and loaded without renumbering.
    """
    return f"{time.time_ns():016x}{os.urandom(8).hex()}"
