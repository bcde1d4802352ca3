"""Recaps of long histories, so that conversations outlive their model's window.

    when      ContextLimits says how much of a window a request may take, Meter how much it takes
    how       a Compactor makes a Recap, which takes the history's place
    what      the recap brings along recent_files, as they are now, and recent_skills
    cheaper   micro_compact takes old tool results out, when no cache is lost by it

Only `SummaryCompactor` waits, and only for what it is given to ask; all else are functions of
values.
"""

from sagent.compaction._attachments import Attachments, FileText, SkillText, attach
from sagent.compaction._compactor import Ask, Compactor
from sagent.compaction._estimate import system_tokens, text_tokens, tool_tokens
from sagent.compaction._excerpt import both_ends
from sagent.compaction._limits import ContextLimits
from sagent.compaction._meter import Meter
from sagent.compaction._micro import micro_compact
from sagent.compaction._recap import Recap, is_recap
from sagent.compaction._recent_files import recent_files
from sagent.compaction._recent_skills import recent_skills
from sagent.compaction._rewound_plan import rewound_plan
from sagent.compaction._summary_compactor import SummaryCompactor

__all__ = [
    "Ask",
    "Attachments",
    "Compactor",
    "ContextLimits",
    "FileText",
    "Meter",
    "Recap",
    "SkillText",
    "SummaryCompactor",
    "attach",
    "both_ends",
    "is_recap",
    "micro_compact",
    "recent_files",
    "recent_skills",
    "rewound_plan",
    "system_tokens",
    "text_tokens",
    "tool_tokens",
]
