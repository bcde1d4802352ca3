"""Many agents at one task: spread over items, reduced to one answer, in a race or a vote."""

from sagent.team._attempts import Attempts, may_pass
from sagent.team._codec import Codec
from sagent.team._map import map_agents
from sagent.team._outcome import Outcome
from sagent.team._outcomes import Outcomes
from sagent.team._progress import Counts, Finished, Progress, Retried, Started, Unsaved
from sagent.team._share import Share

__all__ = [
    "Attempts",
    "Codec",
    "Counts",
    "Finished",
    "Outcome",
    "Outcomes",
    "Progress",
    "Retried",
    "Share",
    "Started",
    "Unsaved",
    "map_agents",
    "may_pass",
]
