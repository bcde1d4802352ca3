from collections.abc import Callable, Mapping, Sequence
from typing import Unpack

import attrs

from sagent.agent import Output, Prompt
from sagent.budget import Amount, Budget
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import TextMessage
from sagent.team._answer import TEXT_ANSWER, Answer
from sagent.team._ballots import Tie, choice_in, folded, tallied, winner_of
from sagent.team._codec import TEXT
from sagent.team._outcome import Outcome
from sagent.team._panel import Member, Panel, as_prompt, nobody
from sagent.team._reduced import total_of
from sagent.team._settings import Options, Settings
from sagent.team._share import Share


@attrs.frozen(kw_only=True)
class Ballot:
    """One agent's vote.

    Attributes:
        outcome: its answer, or its error.
        choice: what it voted for; None if it failed, said nothing, or named none of the choices.
    """

    outcome: Outcome[Member, str]
    choice: str | None


@attrs.frozen(kw_only=True)
class Vote:
    """What most agents answered.

    Attributes:
        value: the winning choice, or answer as it was first given.
        counts: how many voted for what, the first voted for first.
        ballots: of all who were asked, in their order.
        spent: what all of them have cost.
    """

    value: str
    counts: Mapping[str, int]
    ballots: tuple[Ballot, ...]
    spent: Amount

    @property
    def is_majority(self) -> bool:
        """Whether more than half of all who were asked voted for the value."""
        return 2 * max(self.counts.values()) > len(self.ballots)


async def vote(
    agents: Sequence[Member],
    prompt: str | Prompt,
    *,
    choices: Sequence[str] | None = None,
    same: Callable[[str], str] = folded,
    tie: Tie = "first",
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[Options],
) -> Vote:
    """Ask all *agents* the same, and take what most of them answer.

    Args:
        agents: who votes, each afresh; one agent may be in it more than once.
        prompt: what they are asked.
        choices: what they may vote for, which agents are held to by a schema; None for any answer.
        same: gives of an answer what makes it the same vote as another, where there are no
            *choices*; case, space and full stops make no difference by default.
        tie: what equal numbers come to: `first`, the choice that was voted for first, by the order
            of *agents*; or `fail`.
        budget: what all together may spend.
        share: what each attempt may take of it at most.
        options: see `Settings`; *limit* is for all at once, if it is not said.

    Raises:
        UsageError: there is nobody to ask, or an argument cannot be meant.
        TeamError: nobody voted, or the vote is tied and *tie* is `fail`; see its `outcomes`.
    """
    _check(choices, tie)
    panel = Panel(
        name="vote",
        prompt=as_prompt(prompt),
        answer=TEXT_ANSWER if choices is None else _choosing(choices),
        budget=budget,
        share=share,
    )
    panel.check(agents)
    options.setdefault("limit", len(agents))
    async with panel.ask(agents, Settings(**options)) as asked:
        outcomes = await asked.collect()
    ballots = _ballots(outcomes, choices, same)
    counts = tallied(ballot.choice for ballot in ballots)
    won = winner_of(counts, tie)
    if won is None:
        told = f"the vote is tied: {dict(counts)}" if counts else "nobody has voted for anything"
        raise nobody(told, outcomes)
    return Vote(value=won, counts=counts, ballots=ballots, spent=total_of(outcomes))


def _check(choices: Sequence[str] | None, tie: str) -> None:
    if choices is not None and (isinstance(choices, str) or len({*map(folded, choices)}) < 2):  # noqa: PLR2004  # else there is nothing to choose
        raise UsageError(f"choices are {choices!r}: pass a list of two or more that differ")
    if tie not in {"first", "fail"}:
        raise UsageError(f"tie is {tie!r}: choose first or fail")


def _choosing(choices: Sequence[str]) -> Answer[str]:
    schema: dict[str, JSON] = {
        "type": "object",
        "properties": {"choice": {"type": "string", "enum": list(choices)}},
        "required": ["choice"],
        "additionalProperties": False,
    }
    output = Output.of(schema)

    def read(answer: TextMessage) -> str:
        value = output.read(TEXT_ANSWER.read(answer))
        assert isinstance(value, Mapping)  # as the schema has it
        return str(value["choice"])

    return Answer(output, read, TEXT)


def _ballots(
    outcomes: Sequence[Outcome[Member, str]],
    choices: Sequence[str] | None,
    same: Callable[[str], str],
) -> tuple[Ballot, ...]:
    firsts: dict[str, str] = {}

    def choice(outcome: Outcome[Member, str]) -> str | None:
        if not outcome.ok:
            return None
        if choices is not None:
            return choice_in(outcome.value, choices)
        said = outcome.value.strip()
        return firsts.setdefault(same(said), said) if said else None

    return tuple(Ballot(outcome=outcome, choice=choice(outcome)) for outcome in outcomes)
