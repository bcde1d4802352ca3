"""Makes workers of what the caller passes."""

from collections.abc import Awaitable, Callable
from typing import cast

import attrs

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.errors import UsageError
from sagent.team._agent_worker import AgentWorker
from sagent.team._answer import Answer
from sagent.team._codec import PLAIN, Codec
from sagent.team._prompt import ITEM, Prompting, Slot, prompting
from sagent.team._share import WHOLE, Share
from sagent.team._worker import FunctionWorker, Key, check_function, function_name


@attrs.frozen(kw_only=True, eq=False)
class Terms[I]:
    """On what terms an agent works on items; see `map_agents`."""

    agent: Agent
    prompt: Prompting[I]
    slot: Slot = ITEM
    budget: Budget | None = None
    share: Share | None = None
    key: Key[I] | None = None
    name: str | None = None

    def worker[R](self, answer: Answer[R]) -> AgentWorker[I, R]:
        """Give the worker whose values are made as *answer* says.

        Raises:
            UsageError: the agent cannot be spawned for many items, or all would be asked the same.
        """
        _check(self.agent, self.budget)
        name = self.name or self.agent.name
        return AgentWorker(
            name=name,
            agent=self.agent,
            prompt=prompting(self.prompt, self.slot),
            answer=answer,
            budget=self.budget or self.agent.budget or Budget(name=name),
            share=self.share or WHOLE,
            key=self.key,
        )


def function_worker[I, R](
    function: Callable[[I], Awaitable[R]],
    *,
    key: Key[I] | None = None,
    codec: Codec[R] | None = None,
    name: str | None = None,
) -> FunctionWorker[I, R]:
    """Let an async function work on items.

    Raises:
        UsageError: it is none.
    """
    check_function(function)
    return FunctionWorker(
        name=name or function_name(function),
        function=function,
        key=key,
        codec=codec or cast("Codec[R]", PLAIN),  # what is kept comes back as it was
    )


def _check(agent: Agent, budget: Budget | None) -> None:
    if agent.session is not None:
        raise UsageError(
            f"{agent.name} has a session, which one agent at a time writes: pass an agent without "
            "one, and journal= to keep the results"
        )
    if budget is not None and agent.budget is not None:
        raise UsageError(
            f"{agent.name} has a budget, and so has the team: give one of them, and share= for "
            "what each item may take"
        )
