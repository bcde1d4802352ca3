"""Who may do what: the one place that is asked before any tool runs."""

from typing import Protocol

import attrs

from sagent.message import Message
from sagent.tool import Tool


@attrs.frozen
class Allow:
    """The tool may run."""


@attrs.frozen
class Deny:
    """The tool may not run; the model reads the reason.

    Attributes:
        reason: what is wrong, and what would be right.
    """

    reason: str


type Decision = Allow | Deny
"""What a policy says of a call."""


@attrs.frozen(kw_only=True)
class ToolUse:
    """A tool about to run."""

    tool: Tool
    """What is to run."""
    directive: Message
    """What it is called with."""
    agent: str
    """The name of the agent whose model called it."""


class Policy(Protocol):
    """Decides about tools."""

    async def decide(self, use: ToolUse) -> Decision:
        """Say whether *use* may happen; may ask a person, and so take its time."""
        ...


@attrs.frozen
class AllowAll:
    """The policy of an agent that was given none: its tools are its permissions."""

    async def decide(self, use: ToolUse) -> Decision:  # noqa: ARG002  # whatever it is
        """Allow *use*."""
        return Allow()
