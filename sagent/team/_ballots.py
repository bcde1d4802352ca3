"""Which answers are the same vote, and which vote wins; it waits for nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

type Tie = Literal["first", "fail"]
"""What a tie comes to: the choice that was voted for first, by the order of agents; or an error."""


def folded(answer: str) -> str:
    """Give what makes *answer* the same vote as another: its words, not how they are set."""
    return " ".join(answer.split()).strip(" .!\"'`*").casefold()


def choice_in(answer: str, choices: Sequence[str]) -> str | None:
    """Give the choice that *answer* names; None if it is none of them."""
    return next((choice for choice in choices if folded(choice) == folded(answer)), None)


def tallied(votes: Iterable[str | None]) -> Mapping[str, int]:
    """Count *votes* by what they are for, the first voted for first."""
    return Counter(vote for vote in votes if vote is not None)


def winner_of(counts: Mapping[str, int], tie: Tie) -> str | None:
    """Give the vote with the most voices; None if *tie* has none win."""
    most = max(counts.values(), default=0)
    ahead = [vote for vote, count in counts.items() if count == most]
    return ahead[0] if ahead and (len(ahead) == 1 or tie == "first") else None
