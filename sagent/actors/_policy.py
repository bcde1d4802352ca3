import random
from collections.abc import Collection
from typing import Literal

import attrs

from sagent.errors import UsageError

type Restart = Literal["permanent", "transient", "temporary"]
"""When an actor lives again: always; when it crashed or was killed; never."""

type Strategy = Literal["one_for_one", "one_for_all", "rest_for_one"]
"""Who lives again with a child that does: nobody, all its siblings, those started after it."""

type AutoShutdown = Literal["never", "any_significant", "all_significant"]
"""When a supervisor ends of itself: never; with the first of its significant children; with the
last of them. OTP 24's."""


RESTARTS: tuple[Restart, ...] = ("permanent", "transient", "temporary")
_STRATEGIES: tuple[Strategy, ...] = ("one_for_one", "one_for_all", "rest_for_one")
_AUTO_SHUTDOWNS: tuple[AutoShutdown, ...] = ("never", "any_significant", "all_significant")


def check_choice(what: str, value: str, choices: Collection[str]) -> None:
    """Make sure that *value* is one of *choices*, as type checkers do where they are asked.

    Raises:
        UsageError: it is not.
    """
    if value not in choices:
        raise UsageError(f"{what}={value!r}: choose from {', '.join(choices)}")


@attrs.frozen
class Backoff:
    """How long a child waits before it lives again: longer each time it ends.

    Attributes:
        first_s: the first wait.
        most_s: the longest.
        factor: by which each wait is longer than the one before.
        jitter: the part of a wait that chance may add, so that many do not come back at once.
        reset_s: a life of this length makes the next wait the first again.
    """

    first_s: float
    most_s: float
    factor: float = 2
    jitter: float = attrs.field(default=0.2, kw_only=True)
    reset_s: float = attrs.field(default=60, kw_only=True)

    def __attrs_post_init__(self) -> None:
        wait = 0 <= self.first_s <= self.most_s and self.factor >= 1
        if not (wait and self.jitter >= 0 and self.reset_s >= 0):
            raise UsageError(
                f"{self}: first_s is not negative and at most most_s, factor is at least 1, "
                "jitter and reset_s are not negative"
            )

    def delay_s(self, failures: int) -> float:
        """Tell how long to wait after so many *failures* in a row, the first being 1."""
        delay_s = self.first_s
        for _ in range(failures - 1):
            if delay_s >= self.most_s or self.factor == 1:
                break
            delay_s *= self.factor
        chance = random.random() if self.jitter else 0  # noqa: S311  # spreads load, guards nothing
        return min(delay_s, self.most_s) * (1 + self.jitter * chance)


NO_BACKOFF = Backoff(0, 0)


@attrs.frozen(kw_only=True)
class Policy:
    """What a supervisor does when a child ends.

    Attributes:
        strategy: who is restarted with the child.
        intensity: how many restarts within *period_s* it puts up with; one more ends it.
        period_s: how long a restart counts.
        backoff: how long a child waits before it lives again.
        max_children: how many children it has at most; None for any number.
        auto_shutdown: when it ends because its significant children have.
    """

    strategy: Strategy = "one_for_one"
    intensity: int = 1
    period_s: float = 5
    backoff: Backoff = NO_BACKOFF
    max_children: int | None = None
    auto_shutdown: AutoShutdown = "never"

    def __attrs_post_init__(self) -> None:
        check_choice("strategy", self.strategy, _STRATEGIES)
        check_choice("auto_shutdown", self.auto_shutdown, _AUTO_SHUTDOWNS)
        if self.max_children is not None and self.max_children < 0:
            raise UsageError(f"max_children={self.max_children}: at least 0; None for any number")
        if not (self.intensity >= 0 and self.period_s > 0):
            raise UsageError(
                f"intensity={self.intensity}, period_s={self.period_s}: "
                "the first is at least 0, the second positive"
            )
