"""Built-in tools, and the decorator that makes a tool of a function.

The decorator is loaded when its name is first used.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from sagent.tools._advisor import Advisor
from sagent.tools._agent_self import AgentSelf
from sagent.tools._agent_send import AgentSend
from sagent.tools._agent_spawn import AgentSpawn
from sagent.tools._ask_user import AskUser
from sagent.tools._background_task import BackgroundTask
from sagent.tools._bash import Bash
from sagent.tools._catalog import DEFAULT_TOOLS, TOOLS, build_tools
from sagent.tools._edit import Edit
from sagent.tools._glob import Glob
from sagent.tools._grep import Grep
from sagent.tools._list import List
from sagent.tools._multi_edit import MultiEdit
from sagent.tools._read import Read
from sagent.tools._skill import Skill
from sagent.tools._todo import Todo
from sagent.tools._write import Write
from sagent.tools.papers import PaperAuthor, PaperDetails, PaperFetch, PaperSearch
from sagent.tools.web import WebFetch, WebSearch

if TYPE_CHECKING:
    from sagent.tools._decorator import tool
    from sagent.tools._function import FunctionTool

__all__ = [
    "DEFAULT_TOOLS",
    "TOOLS",
    "Advisor",
    "AgentSelf",
    "AgentSend",
    "AgentSpawn",
    "AskUser",
    "BackgroundTask",
    "Bash",
    "Edit",
    "FunctionTool",
    "Glob",
    "Grep",
    "List",
    "MultiEdit",
    "PaperAuthor",
    "PaperDetails",
    "PaperFetch",
    "PaperSearch",
    "Read",
    "Skill",
    "Todo",
    "WebFetch",
    "WebSearch",
    "Write",
    "build_tools",
    "tool",
]

_ELSEWHERE = MappingProxyType(
    {"FunctionTool": "sagent.tools._function", "tool": "sagent.tools._decorator"}
)


def __getattr__(name: str) -> object:
    if name in _ELSEWHERE:
        return getattr(import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module 'sagent.tools' has no attribute {name!r}")
