"""From options to the tools that an agent has."""

from collections.abc import Iterable, Sequence

from sagent.cli._agent_choice import find_agents
from sagent.cli._instructions import find_skills
from sagent.cli._options import Options
from sagent.errors import UnknownNameError
from sagent.session import Session
from sagent.tool import Tool
from sagent.tools import DEFAULT_TOOLS, AgentSpawn, Skill, build_tools

LOCAL_TOOLS = ("Read",)
"""What a small model can choose among without fail."""
PEOPLES_TOOLS = DEFAULT_TOOLS
"""Those where somebody is there to be asked."""
HEADLESS_TOOLS = tuple(name for name in DEFAULT_TOOLS if name != "AskUser")
"""Those where nobody is."""


async def choose_tools(
    options: Options, session: Session | None, usual: Sequence[str]
) -> list[Tool]:
    """Take the tools that *options* name, else the *usual* ones, with what they know of the place.

    Raises:
        UnknownNameError: there is no such tool.
    """
    tools = _built(usual if options.tools is None else options.tools)
    if any(isinstance(tool, Skill) for tool in tools):
        skills = await find_skills(options, session)
        tools = [Skill(skills=skills) if isinstance(tool, Skill) else tool for tool in tools]
    if any(isinstance(tool, AgentSpawn) for tool in tools):
        agents = await find_agents(options, session)
        tools = [AgentSpawn(agents=agents) if isinstance(t, AgentSpawn) else t for t in tools]
    return tools


def _built(names: Iterable[str]) -> list[Tool]:
    for name in names:
        if " " in name:
            raise UnknownNameError(
                f"unknown tool: {name!r}; if that is the prompt, put it first, or write --tools A,B"
            )
    return build_tools(names)
