from collections.abc import Sequence
from typing import Unpack

import attrs

from sagent.agent import Agent
from sagent.budget import Amount, Budget
from sagent.errors import UsageError
from sagent.team._answer import TEXT_ANSWER
from sagent.team._items import Source
from sagent.team._map import open_outcomes
from sagent.team._outcome import Outcome
from sagent.team._panel import Member, Panel, as_prompt, nobody
from sagent.team._reduced import total_of
from sagent.team._settings import Options, Settings, with_system
from sagent.team._share import Share

_OPEN = """\
{question}

Say in a few sentences what you hold to be right, and why."""
_REPLY = """\
{question}

This was said so far:

{transcript}

Answer the others: say what convinces you and what does not, and what you now hold to be right. \
Change your mind where they have the better reasons."""
_JUDGE = """\
{question}

These were the arguments:

{transcript}

Weigh them, and give the answer that they support best, with the reasons that decide it. How \
often something was said counts for nothing."""


@attrs.frozen(kw_only=True)
class Speech:
    """What one agent said.

    Attributes:
        speaker: its name, with a number where several have it.
        round: in which round, from 1.
        text: its words.
    """

    speaker: str
    round: int
    text: str


@attrs.frozen(kw_only=True)
class Debate:
    """What agents argued, and what came of it.

    Attributes:
        verdict: what the judge says.
        transcript: all speeches, round by round, in the order of the agents.
        outcomes: of all who were asked, the judge last; who failed has no speech in that round.
        spent: what all of it has cost.
    """

    verdict: str
    transcript: tuple[Speech, ...]
    outcomes: tuple[Outcome[Member, str], ...]
    spent: Amount


async def debate(
    agents: Sequence[Agent],
    question: str,
    *,
    rounds: int = 2,
    judge: Agent,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[Options],
) -> Debate:
    """Let *agents* argue a question for some rounds, and *judge* decide.

    In one round they speak at the same time, having read all rounds before it.

    Args:
        agents: who argues; what they stand for is for their system prompts to say.
        question: what about.
        rounds: how often each speaks.
        judge: who gives the verdict, having read all.
        budget: what all together may spend.
        share: what each attempt may take of it at most.
        options: see `Settings`.

    Raises:
        UsageError: there is nobody to argue, or an argument cannot be meant.
        TeamError: in one round nobody spoke, or the judge failed; see its `outcomes`.
    """
    if rounds < 1:
        raise UsageError(f"rounds is {rounds}: let everybody speak once at least")
    settings = Settings(**options)
    panel = Panel(
        name="debate", prompt=as_prompt(question), answer=TEXT_ANSWER, budget=budget, share=share
    )
    panel.check([*agents, judge])
    if not agents:
        raise UsageError("there is nobody to argue: pass a list of agents")
    floor = _Floor(panel, question, _labels(agents))
    async with with_system(settings) as settings:
        for number in range(1, rounds + 1):
            await floor.hear(agents, number, settings)
        verdict = await floor.judge(judge, settings)
    return Debate(
        verdict=verdict,
        transcript=tuple(floor.speeches),
        outcomes=tuple(floor.outcomes),
        spent=total_of(floor.outcomes),
    )


@attrs.define(eq=False)
class _Floor:
    """Where a debate stands."""

    _panel: Panel
    _question: str
    _labels: Sequence[str]
    speeches: list[Speech] = attrs.field(factory=list[Speech], init=False)
    outcomes: list[Outcome[Member, str]] = attrs.field(
        factory=list[Outcome[Member, str]], init=False
    )

    async def hear(self, agents: Sequence[Agent], number: int, settings: Settings) -> None:
        """Let all speak once.

        Raises:
            TeamError: nobody has.
        """
        spoken = await self._ask(agents, _REPLY if self.speeches else _OPEN, settings)
        self.speeches += [
            Speech(speaker=self._labels[outcome.index], round=number, text=outcome.value.strip())
            for outcome in spoken
            if outcome.ok
        ]
        if not any(outcome.ok for outcome in spoken):
            raise nobody(f"nobody spoke in round {number}", self.outcomes)

    async def judge(self, judge: Agent, settings: Settings) -> str:
        """Let the judge decide.

        Raises:
            TeamError: it has not.
        """
        (outcome,) = await self._ask([judge], _JUDGE, settings)
        if not outcome.ok:
            raise nobody(f"the judge, {judge.name}, gave no verdict", self.outcomes)
        return outcome.value

    async def _ask(
        self, members: Sequence[Member], words: str, settings: Settings
    ) -> tuple[Outcome[Member, str], ...]:
        said = (f"{each.speaker} (round {each.round}): {each.text}" for each in self.speeches)
        transcript = "\n\n".join(said)
        prompt = as_prompt(words.format(question=self._question, transcript=transcript))
        panel = attrs.evolve(self._panel, prompt=prompt)
        source = Source[Member].of(members)
        async with open_outcomes(panel, source, settings, order="given") as outcomes:
            spoken = await outcomes.collect()
        self.outcomes += spoken
        return spoken


def _labels(agents: Sequence[Agent]) -> tuple[str, ...]:
    names = [agent.name for agent in agents]
    return tuple(
        name if names.count(name) == 1 else f"{name} {names[:place].count(name) + 1}"
        for place, name in enumerate(names)
    )
