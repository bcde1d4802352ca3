"""What an agent of the command line is told before all else: its prompt, and what goes into it.

``load_instructions``, ``load_memory``, ``load_skills``, ``load_commands`` and ``load_agent_files``
read files, so they block: call them in a thread. ``system_prompt`` makes text of what they give.
"""

from sagent.prompt._agent_files import AgentFile, AgentFiles, load_agent_files
from sagent.prompt._commands import CustomCommand, CustomCommands, load_commands
from sagent.prompt._file_limits import FileLimits
from sagent.prompt._instructions import Instructions, ProjectInstructions, load_instructions
from sagent.prompt._memory import Memory, load_memory, read_memory
from sagent.prompt._repository import Repository, directories_to
from sagent.prompt._rules import ConditionalRules, Rule
from sagent.prompt._skill_files import SkillFiles, list_skill_files
from sagent.prompt._skills import Skill, Skills, load_skills
from sagent.prompt._source import Scope, Source
from sagent.prompt._system_prompt import system_prompt, undated

__all__ = [
    "AgentFile",
    "AgentFiles",
    "ConditionalRules",
    "CustomCommand",
    "CustomCommands",
    "FileLimits",
    "Instructions",
    "Memory",
    "ProjectInstructions",
    "Repository",
    "Rule",
    "Scope",
    "Skill",
    "SkillFiles",
    "Skills",
    "Source",
    "directories_to",
    "list_skill_files",
    "load_agent_files",
    "load_commands",
    "load_instructions",
    "load_memory",
    "load_skills",
    "read_memory",
    "system_prompt",
    "undated",
]
