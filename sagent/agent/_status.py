from decimal import Decimal
from typing import Literal

import attrs

from sagent.model import Effort, Usage
from sagent.session import Spending
from sagent.tool import Plan, TaskStatus

type Phase = Literal["idle", "thinking", "working"]
"""Whether an agent waits for mail, for its model, or for its tools."""


@attrs.frozen(kw_only=True)
class AgentStatus:
    """How an agent stands.

    Attributes:
        name: the agent's name.
        title: what it says it is at, "" if it has said nothing.
        task: what it answers, in a line; "" between turns.
        phase: what it waits for.
        model_id: the model that answers next.
        effort: how hard it is to think; None for its own.
        messages: how many messages its history has.
        context_tokens: about how many tokens the next request has, by the vendor's last count.
        context_window: how many the model takes; None if nobody knows.
        usage: the tokens of all its calls.
        cost_usd: what those with a known price cost, in US dollars.
        unpriced_calls: how many calls have no known price.
        ended_below: what agents that were started below it took, and have ended.
        tasks: what runs in the background.
        plan: what it has set out to do; empty if it has said nothing.
    """

    name: str
    title: str
    task: str
    phase: Phase
    model_id: str
    messages: int
    context_tokens: int
    context_window: int | None
    usage: Usage
    cost_usd: Decimal
    unpriced_calls: int
    ended_below: Spending = Spending()  # noqa: RUF009  # it is frozen
    tasks: tuple[TaskStatus, ...]
    plan: Plan = ()
    effort: Effort | None = None
