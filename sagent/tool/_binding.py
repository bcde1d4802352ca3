from typing import Protocol, runtime_checkable

import attrs

from sagent.tool._control import AgentControl
from sagent.tool._people import People
from sagent.tool._protocol import Tool
from sagent.tool._result_folder import ResultFolder
from sagent.tool._workspace import Workspace


@attrs.frozen(kw_only=True)
class Binding:
    """What an agent gives the tools it takes in.

    Attributes:
        agent: the agent's name.
        workspace: its place in the file system.
        control: what tools may do to it; None where there is no agent that runs.
        results: where they may keep what is too large for the conversation; likewise.
        people: what they may do towards the people it works for; None likewise.
    """

    agent: str
    workspace: Workspace
    control: AgentControl | None = None
    results: ResultFolder | None = None
    people: People | None = None


@runtime_checkable
class Bindable(Protocol):
    """A tool that acts on its agent: the agent works with the copy that `bind` gives."""

    def bind(self, binding: Binding) -> Tool:
        """Make a copy of this tool that belongs to the agent of *binding*."""
        ...


def bind_tool(tool: Tool, binding: Binding) -> Tool:
    """Give the agent's own copy of *tool*, or *tool* itself if it needs none."""
    return tool.bind(binding) if isinstance(tool, Bindable) else tool
