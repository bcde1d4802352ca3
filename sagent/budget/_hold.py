import threading
from types import TracebackType
from typing import Self

import attrs

from sagent.budget._amount import Amount
from sagent.budget._estimate import Estimate, Spent
from sagent.budget._level import Level
from sagent.errors import (
    ConnectionFailedError,
    MissingKeyError,
    ProviderSuspendedError,
    StatusError,
    UsageError,
)

_UNBILLED = (ConnectionFailedError, MissingKeyError, ProviderSuspendedError, UsageError)
_HTTP_OK = 200


@attrs.define(eq=False)
class Hold:
    """What is reserved for one call, at every level, until it is settled or released.

    As a context manager it is closed with its block, in whatever way that ends. What its block
    has not settled or released is

    - released, if the block failed with an error that comes before any answer and is not billed: a
      refusal by HTTP status, no connection, no key, a wrong call;
    - settled by estimate otherwise: a call that was cancelled or broke off has been sent, and is
      billed for that.

    Attributes:
        estimate: what was reserved.
    """

    estimate: Estimate
    _levels: tuple[Level, ...] = attrs.field(repr=False)
    _lock: threading.Lock = attrs.field(repr=False)
    _open: bool = attrs.field(default=True, init=False)

    def settle(self, spent: Spent) -> None:
        """Book what the call took, even if it is more than was reserved, or than there is.

        Raises:
            UsageError: the hold is settled or released already.
        """
        if not self._close(spent.amount(self.estimate)):
            raise UsageError(
                "this call is settled or released already: settle once, with what it took"
            )

    def release(self) -> None:
        """Give back what was reserved: nothing was billed. A closed hold stays as it is."""
        self._close(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._open:
            self._close(None if _unbilled(error) else self.estimate.amount)

    def _close(self, amount: Amount | None) -> bool:
        with self._lock:
            if not self._open:
                return False
            self._open = False
            reserved = self.estimate.amount
            for level in self._levels:
                level.reserved -= reserved
                if amount is not None:
                    level.spent += amount
            if amount is not None:
                self._levels[0].record.book(amount)
            return True


def _unbilled(error: BaseException | None) -> bool:
    if isinstance(error, StatusError):
        return error.status != _HTTP_OK  # an error inside of a stream comes after some answer
    return isinstance(error, _UNBILLED)
