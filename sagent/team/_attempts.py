import random
from collections.abc import Callable
from typing import cast

import attrs
import trio

from sagent.errors import (
    ActorCrashed,
    ActorStopped,
    ConnectionFailedError,
    ProviderSuspendedError,
    StatusError,
    StreamCutError,
    ToolInterruptedError,
    UsageError,
)

_SPREAD = 0.25
"""Up to so much is taken off a wait, so that many do not come back at once."""
_PASSING = (
    ActorCrashed,
    ActorStopped,
    ConnectionFailedError,
    ProviderSuspendedError,
    StreamCutError,
    ToolInterruptedError,
    ConnectionError,
    TimeoutError,
    trio.BrokenResourceError,
    trio.TooSlowError,
)


def may_pass(error: Exception) -> bool:
    """Tell whether the work that failed with *error* may succeed later.

    So it is with servers that are overloaded, connections that broke, and agents that crashed;
    not with a wrong call, a refusal, or a budget that is spent. A group may, if all in it may.
    """
    if isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)
        return all(map(may_pass, group.exceptions))
    return error.retryable if isinstance(error, StatusError) else isinstance(error, _PASSING)


@attrs.frozen(kw_only=True)
class Attempts:
    """How often an item is tried, each time by an agent of its own.

    Providers make calls again by themselves; this is for what is left when they give up.

    Attributes:
        times: how often at most, 1 for once.
        first_s: the wait before the second attempt; each is twice the one before.
        most_s: the longest wait.
        passing: tells whether another attempt may help after an error.

    Raises:
        UsageError: there is to be no attempt, or the waits make no sense.
    """

    times: int = 3
    first_s: float = 0.5
    most_s: float = 30
    passing: Callable[[Exception], bool] = may_pass

    def __attrs_post_init__(self) -> None:
        if self.times < 1:
            raise UsageError(f"attempts is {self.times}: allow at least one")
        if not 0 <= self.first_s <= self.most_s:
            raise UsageError(
                f"first_s is {self.first_s} and most_s {self.most_s}: waits are not negative, and "
                "the first is not longer than the longest"
            )

    @classmethod
    def of(cls, attempts: "int | Attempts") -> "Attempts":
        """Take a number for so many attempts."""
        return attempts if isinstance(attempts, Attempts) else cls(times=attempts)

    def delay_s(self, error: Exception, *, attempts: int) -> float | None:
        """Tell how long to wait after *error* in the last of so many; None to give up."""
        if attempts >= self.times or not self.passing(error):
            return None
        wait_s = min(self.first_s * 2.0 ** min(attempts - 1, 30), self.most_s)
        return wait_s * (1 - _SPREAD * random.random())  # noqa: S311  # spreads load, guards nothing
