"""What an agent of the command line is told before all else: its prompt, and what goes into it.

``load_instructions``, ``load_memory`` and ``load_skills`` read files, so they block: call them
in a thread. ``system_prompt`` makes text of what they give.
"""

from ._instructions import Instructions, ProjectInstructions, load_instructions
from ._memory import Memory, load_memory
from ._repository import Repository
from ._rules import ConditionalRules, Rule
from ._skills import Skill, Skills, load_skills
from ._source import Scope, Source
from ._system_prompt import system_prompt

__all__ = [
    "ConditionalRules",
    "Instructions",
    "Memory",
    "ProjectInstructions",
    "Repository",
    "Rule",
    "Scope",
    "Skill",
    "Skills",
    "Source",
    "load_instructions",
    "load_memory",
    "load_skills",
    "system_prompt",
]
