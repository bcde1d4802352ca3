"""How many agents there may be, and how far below one another."""

from collections.abc import Callable
from typing import Any, Self

import attrs

from sagent.errors import UsageError


def _least(
    least: int,
) -> Callable[[object, "attrs.Attribute[Any]", int | None], None]:  # Any: of int or None
    def check(_: object, attribute: "attrs.Attribute[Any]", value: int | None) -> None:  # Any: same
        if value is not None and value < least:
            raise UsageError(f"{attribute.name} is {value}: it is at least {least}")

    return check


@attrs.frozen(kw_only=True)
class AgentLimits:
    """What holds for an agent and for all that it starts, however it starts them.

    A child's limits are its parent's, with one level less; they can be made narrower, never wider.

    Attributes:
        max_depth: how many levels of agents there may be below this one; 0 for none.
        max_children: how many children one agent has at most at a time.
        max_agents: how many agents the first one and all below it are at most at a time.
        max_starts: how many of these are started, all in all, before a person says something.
        max_model_calls: how many of these may wait for a model at a time; None for any number.
        max_hops: how often agents may pass a word on to one another before a person says something.
    """

    max_depth: int = attrs.field(default=3, validator=_least(0))
    max_children: int = attrs.field(default=16, validator=_least(0))
    max_agents: int = attrs.field(default=100, validator=_least(1))
    max_starts: int = attrs.field(default=1_000, validator=_least(0))
    max_model_calls: int | None = attrs.field(default=None, validator=_least(1))
    max_hops: int = attrs.field(default=100, validator=_least(0))

    def below(self, max_depth: int | None = None) -> Self:
        """Give the limits of a child, which has *max_depth* levels below it at most."""
        left = max(0, self.max_depth - 1)
        return attrs.evolve(self, max_depth=left if max_depth is None else min(left, max_depth))

    def __str__(self) -> str:
        calls = f", {self.max_model_calls} model calls at once" if self.max_model_calls else ""
        return (
            f"{self.max_depth} levels of agents below you, {self.max_children} children at a time, "
            f"{self.max_agents} agents in all{calls}, {self.max_starts} started in all until a "
            "person says something"
        )
