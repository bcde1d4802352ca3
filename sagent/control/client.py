"""The side of those who look: it finds the runs of this user, and asks them."""

from sagent.control._attachment import Attachment, Happening
from sagent.control._protocol import Delivered, Ended, Lost, Refused, Stopping, Told
from sagent.control._running import Running, find_runs
from sagent.control._target import find_agent, find_run
from sagent.control._view import AgentView, NodeView, RunView

__all__ = [
    "AgentView",
    "Attachment",
    "Delivered",
    "Ended",
    "Happening",
    "Lost",
    "NodeView",
    "Refused",
    "RunView",
    "Running",
    "Stopping",
    "Told",
    "find_agent",
    "find_run",
    "find_runs",
]
