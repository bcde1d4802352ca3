"""Snapshots of a workspace's files, to go back to.

Before a tool changes files, ``Checkpoints.take`` keeps what is there; ``restore`` brings it back.
Contents live in a git repository of our own; the user's is neither read nor changed.
"""

from sagent.checkpoint._changes import Changes
from sagent.checkpoint._checkpoints import Checkpoints, Restored, open_checkpoints
from sagent.checkpoint._limits import Limits

__all__ = ["Changes", "Checkpoints", "Limits", "Restored", "open_checkpoints"]
