import random

import attrs
import trio

from sagent.errors import (
    ConnectionFailedError,
    ModelError,
    RateLimitError,
    StatusError,
    StreamCutError,
    UsageError,
)

_CONNECTIONS = 3
"""A server that cannot be reached three times in a row is not there."""


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """When a call that failed in passing is made again; the same for every provider.

    Never for what waiting does not help: a wrong key, a used-up quota, a request that is refused.
    Never after a part of the answer was shown, unless *after_output* says that its reader takes
    the `Retrying` event as "forget what came before".

    Attributes:
        attempts: how often a call is made at most. One that is told to slow down does not count:
            it waits its turn for as long as *wall_s* lets it.
        first_s: the first wait, where the server asks for none; each is twice the one before.
        most_s: the longest such wait.
        wall_s: how long after its first failure a call may still be made again.
        after_output: whether to make a call again of which a part was shown.
    """

    attempts: int = 8
    first_s: float = 0.5
    most_s: float = 30
    wall_s: float = 300
    after_output: bool = False

    def __attrs_post_init__(self) -> None:
        waits = 0 <= self.first_s <= self.most_s and self.wall_s >= 0  # so that NaN is refused, too
        if self.attempts < 1 or not waits:
            raise UsageError(
                f"{self}: attempts is at least 1, first_s not negative and at most most_s, wall_s "
                "not negative"
            )

    def delay_s(self, failures: int) -> float:
        """Tell how long to wait after so many *failures*, with jitter as the vendors' clients."""
        return spread(min(self.first_s * 2.0 ** min(failures - 1, 30), self.most_s))


RETRY = RetryPolicy()


@attrs.define
class Tries:
    """The attempts of one call."""

    _policy: RetryPolicy
    failures: int = attrs.field(default=0, init=False)
    """How many attempts have failed."""
    _counted: int = attrs.field(default=0, init=False)
    _unreached: int = attrs.field(default=0, init=False)
    _until: float | None = attrs.field(default=None, init=False)

    @property
    def until(self) -> float:
        """The trio time up to which another attempt may begin."""
        if self._until is None:
            return trio.current_time() + self._policy.wall_s
        return self._until

    def delay_s(self, error: ModelError, *, shown: bool) -> float:
        """Tell how long to wait after *error*.

        Raises:
            ModelError: *error* itself, for there is to be no other attempt.
        """
        self._until = self.until
        self.failures += 1
        limited = isinstance(error, RateLimitError)
        self._counted += not limited
        self._unreached = self._unreached + 1 if isinstance(error, ConnectionFailedError) else 0
        asked_s = error.retry_after_s if isinstance(error, StatusError) else None
        delay_s = asked_s or (0 if limited else self._policy.delay_s(self._counted))
        if (
            not is_passing(error)
            or (shown and not self._policy.after_output)
            or self._policy.attempts == 1
            or self._counted >= self._policy.attempts
            or self._unreached >= _CONNECTIONS
            or trio.current_time() + delay_s > self._until
        ):
            raise error
        return 0 if limited else delay_s  # all calls of the credential wait together


def is_passing(error: ModelError) -> bool:
    """Tell whether the same call may succeed later."""
    if isinstance(error, StatusError):
        return error.retryable
    return isinstance(error, ConnectionFailedError | StreamCutError)


def spread(seconds: float) -> float:
    """Take up to a quarter off *seconds*, so that many do not come back at once."""
    return seconds * (1 - 0.25 * random.random())  # noqa: S311  # spreads load, guards nothing
