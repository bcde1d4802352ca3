from typing import Protocol, runtime_checkable

import attrs

from sagent.tool._protocol import Tool
from sagent.tool._workspace import Workspace


@attrs.frozen(kw_only=True)
class Binding:
    """What an agent gives the tools it takes in."""

    agent: str
    """The agent's name."""
    workspace: Workspace


@runtime_checkable
class Bindable(Protocol):
    """A tool that acts on its agent: the agent works with the copy that `bind` gives."""

    def bind(self, binding: Binding) -> Tool:
        """Make a copy of this tool that belongs to the agent of *binding*."""
        ...


def bind_tool(tool: Tool, binding: Binding) -> Tool:
    """Give the agent's own copy of *tool*, or *tool* itself if it needs none."""
    return tool.bind(binding) if isinstance(tool, Bindable) else tool
