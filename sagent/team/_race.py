from collections.abc import Callable, Sequence
from typing import Unpack

import attrs

from sagent.agent import Prompt
from sagent.budget import Amount, Budget
from sagent.team._answer import TEXT_ANSWER
from sagent.team._outcome import Outcome
from sagent.team._panel import Member, Panel, as_prompt, nobody
from sagent.team._reduced import total_of
from sagent.team._settings import Options, Settings
from sagent.team._share import Share


@attrs.frozen(kw_only=True)
class Race:
    """Who answered first.

    Attributes:
        value: the answer.
        winner: of whom it is.
        outcomes: of all who were asked, in their order; the cancelled ones, too.
        spent: what all of them have cost.
    """

    value: str
    winner: Outcome[Member, str]
    outcomes: tuple[Outcome[Member, str], ...]
    spent: Amount


def _says_something(answer: str) -> bool:
    return bool(answer.strip())


async def race(
    agents: Sequence[Member],
    prompt: str | Prompt,
    *,
    good: Callable[[str], bool] = _says_something,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[Options],
) -> Race:
    """Ask all *agents* the same, take the first good answer, and cancel the others at once.

    Args:
        agents: who is asked, each afresh; one agent may be in it more than once.
        prompt: what they are asked.
        good: tells whether an answer is one to take; by default, any that says something.
        budget: what all together may spend.
        share: what each attempt may take of it at most.
        options: see `Settings`; *limit* is for all at once, if it is not said.

    Raises:
        UsageError: there is nobody to ask, or an argument cannot be meant.
        TeamError: no answer was good; why, is in its `outcomes`.
    """
    panel = Panel(
        name="race", prompt=as_prompt(prompt), answer=TEXT_ANSWER, budget=budget, share=share
    )
    panel.check(agents)
    options.setdefault("limit", len(agents))
    read: list[Outcome[Member, str]] = []
    winner: Outcome[Member, str] | None = None
    async with panel.ask(agents, Settings(**options)) as outcomes:
        async for outcome in outcomes:
            read.append(outcome)
            if winner is None and outcome.ok and good(outcome.value):
                winner = outcome
                outcomes.cancel()
    read.sort(key=lambda each: each.index)
    if winner is None:
        raise nobody(f"none of {len(agents)} gave a good answer", read)
    return Race(value=winner.value, winner=winner, outcomes=tuple(read), spent=total_of(read))
