"""Many agents at one task: spread over items, reduced to one answer, in a race or a vote.

    async with map_agents(agent, paths, prompt="Summarise {item}.", limit=50) as outcomes:
        async for outcome in outcomes:
            print(outcome.item, outcome.value if outcome.ok else outcome.error)

Everything runs under trio, and ends with the call or the block that began it.
"""

from sagent.team._attempts import Attempts, may_pass
from sagent.team._ballots import Tie
from sagent.team._codec import Codec
from sagent.team._debate import Debate, Speech, debate
from sagent.team._groups import FanIn
from sagent.team._map import map_agents
from sagent.team._map_reduce import map_reduce
from sagent.team._outcome import Outcome
from sagent.team._outcomes import Outcomes
from sagent.team._panel import Member
from sagent.team._pipeline import Pipeline, Stage, pipeline
from sagent.team._progress import (
    Counts,
    Finished,
    OnProgress,
    Progress,
    Retried,
    Started,
    Unsaved,
)
from sagent.team._race import Race, race
from sagent.team._reduced import Reduced
from sagent.team._settings import JournalOptions, Options, Settings
from sagent.team._share import Share
from sagent.team._shelf import Order
from sagent.team._vote import Ballot, Vote, vote

__all__ = [
    "Attempts",
    "Ballot",
    "Codec",
    "Counts",
    "Debate",
    "FanIn",
    "Finished",
    "JournalOptions",
    "Member",
    "OnProgress",
    "Options",
    "Order",
    "Outcome",
    "Outcomes",
    "Pipeline",
    "Progress",
    "Race",
    "Reduced",
    "Retried",
    "Settings",
    "Share",
    "Speech",
    "Stage",
    "Started",
    "Tie",
    "Unsaved",
    "Vote",
    "debate",
    "map_agents",
    "map_reduce",
    "may_pass",
    "pipeline",
    "race",
    "vote",
]
