"""What a tool may do about other agents."""

from typing import Protocol

import attrs

from sagent.agent._counsel import Counsel
from sagent.agent._spawn_order import SpawnOrder
from sagent.message import TextMessage
from sagent.tool import Binding


class Colleagues(Protocol):
    """The other agents, as the tools of an agent reach them."""

    async def spawn(self, order: SpawnOrder) -> TextMessage:
        """Start an agent.

        Returns:
            what it has answered, if it lives until then; otherwise a word on how it can be reached.

        Raises:
            AgentLimitError: there may be no more agents, or none below this one.
            UsageError: there is no such model, tool or directory, or the name is taken.
            SagentError: the agent failed.
        """
        ...

    def send(self, to: str, text: str, *, delay_s: float = 0) -> str:
        """Send *text* to the agent *to*, or to oneself, in *delay_s* seconds; say what was done.

        Raises:
            UnknownNameError: there is no such agent; those that are there are told.
            AgentLimitError: agents have passed on too much among themselves.
            RunError: its inbox is full.
        """
        ...

    async def stop(self, name: str) -> str:
        """End an agent that this one has started, or one below it, and wait for its end.

        It may finish what it has in hand, for a few seconds.

        Raises:
            UnknownNameError: there is no such agent.
            UsageError: another has started it.
        """
        ...

    def names(self) -> tuple[str, ...]:
        """Say who can be written to."""
        ...


@attrs.frozen(kw_only=True)
class AgentBinding(Binding):
    """What an agent gives the tools that know of other agents.

    Attributes:
        colleagues: the others.
        counsel: how to ask another model about the conversation.
    """

    colleagues: Colleagues
    counsel: Counsel
