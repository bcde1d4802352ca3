from typing import Literal

import attrs

type ExitReason = Literal["normal", "stopped", "killed", "crashed"]
"""How an actor can end: see `Exit`."""


@attrs.frozen
class Exit:
    """How an actor ended.

    Attributes:
        reason: `normal`, its `run` returned by itself; `stopped`, it was asked to stop or drain
            and did; `killed`, it was cancelled, by `kill`, by its owner's end, or because the
            grace after `stop` ran out; `crashed`, it raised.
        error: what it raised, if it crashed.
    """

    reason: ExitReason
    error: Exception | None = None
