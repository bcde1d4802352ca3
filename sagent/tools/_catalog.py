from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sagent.errors import UnknownNameError
from sagent.nearness import did_you_mean
from sagent.tool import Tool
from sagent.tools._agent_self import AgentSelf
from sagent.tools._agent_send import AgentSend
from sagent.tools._agent_spawn import AgentSpawn
from sagent.tools._ask_user import AskUser
from sagent.tools._background_task import BackgroundTask
from sagent.tools._bash import Bash
from sagent.tools._builtin import BuiltinTool
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

TOOLS: Mapping[str, type[BuiltinTool]] = MappingProxyType(
    {
        tool.card.name: tool
        for tool in (
            AgentSelf,
            AgentSend,
            AgentSpawn,
            AskUser,
            BackgroundTask,
            Bash,
            Edit,
            Glob,
            Grep,
            List,
            MultiEdit,
            PaperAuthor,
            PaperDetails,
            PaperFetch,
            PaperSearch,
            Read,
            Skill,
            Todo,
            WebFetch,
            WebSearch,
            Write,
        )
    }
)
"""The built-in tools, by name."""

DEFAULT_TOOLS = tuple(name for name in TOOLS if name != MultiEdit.card.name)
"""The names of those that an agent of the command line has, unless told otherwise.

MultiEdit saves some calls, but each request would be longer by its description.
"""


def build_tools(names: Iterable[str]) -> list[Tool]:
    """Make the built-in tools of these *names*, each once, in this order.

    Raises:
        UnknownNameError: there is no tool of a name; the known ones are told.
    """
    tools: dict[str, Tool] = {}
    for name in names:
        if name not in TOOLS:
            raise UnknownNameError(
                f"unknown tool: {name!r}. Known: {', '.join(TOOLS)}{did_you_mean(name, TOOLS)}"
            )
        tools.setdefault(name, TOOLS[name]())
    return list(tools.values())
