import threading
from decimal import Decimal

from sagent.budget._amount import Amount, Remaining
from sagent.budget._estimate import Estimate
from sagent.budget._hold import Hold
from sagent.budget._ledger import LedgerEntry, Record
from sagent.budget._level import Level
from sagent.budget._limits import Limits
from sagent.errors import BudgetExceededError, UsageError


class Budget:
    """What a tree of agents may spend: money, tokens, rounds and time.

    This is the root of a tree, and `child` gives shares of it. A share is bound by its own limits
    and by all above it; what it spends counts at every level. Each call is reserved before it is
    made and settled after it, so that no call begins that the rest does not cover by its estimate,
    however many run at once.

    It counts from zero, but for what is carried over: what an earlier run of a session spent is not
    in it. It may be used from several threads; every operation takes time by the depth of the tree
    alone.

    Args:
        usd: US dollars; None for no limit, as for the others.
        tokens: sent and written, of all calls together.
        rounds: calls of a model.
        seconds: of wall time; see `deadline`.
        name: whose it is, for messages and the ledger.

    Raises:
        UsageError: a limit is negative or no number, or money is a float, which is not exact.
    """

    def __init__(
        self,
        *,
        usd: Decimal | str | int | None = None,
        tokens: int | None = None,
        rounds: int | None = None,
        seconds: float | None = None,
        name: str = "this run",
    ) -> None:
        limits = Limits(usd=usd, tokens=tokens, rounds=rounds, seconds=seconds)
        self._levels: tuple[Level, ...] = (Level(name, limits, Record(name)),)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Budget({'/'.join(level.name for level in reversed(self._levels))})"

    def child(
        self,
        name: str = "child",
        *,
        usd: Decimal | str | int | None = None,
        tokens: int | None = None,
        rounds: int | None = None,
        seconds: float | None = None,
    ) -> "Budget":
        """Give a share of this budget; nothing is set aside for it.

        Args:
            name: whose it is; children of one name have one entry in the ledger.
            usd: US dollars; None for what there is above, as for the others.
            tokens: sent and written, of all calls together.
            rounds: calls of a model.
            seconds: of wall time.

        Raises:
            UsageError: as for the root.
        """
        limits = Limits(usd=usd, tokens=tokens, rounds=rounds, seconds=seconds)
        share = Budget(name=name)
        share._lock = self._lock
        with self._lock:
            level = Level(name, limits, self._own.record.child(name))
        share._levels = (level, *self._levels)
        return share

    def carry_over(self, spent: Amount) -> None:
        """Let *spent*, which was spent before this budget was made, count against its limits.

        It counts here alone, not above, and it is not part of `spent` and the ledger.
        """
        with self._lock:
            self._own.before += spent

    def reserve(self, estimate: Estimate) -> Hold:
        """Reserve *estimate* for one call, here and above, or nowhere.

        Raises:
            BudgetExceededError: some level has no room; the message says whose, and how much.
            UsageError: money is limited, and the call has no known price.
        """
        amount = estimate.amount
        with self._lock:
            if amount.unpriced_calls and self._is_bound_in_money:
                raise UsageError(
                    f"no price is known for {estimate.model_id}, so --max-budget-usd (usd=...) "
                    "cannot be kept: limit the tokens (--max-budget-tokens, or tokens=...), or "
                    "choose a model with a price"
                )
            for level in self._levels:
                if refusal := level.refusal(amount):
                    raise refusal
            for level in self._levels:
                level.reserved += amount
        return Hold(estimate, self._levels, self._lock)

    def deadline(self, now: float) -> float:
        """Tell when the time is up, of this budget and all above it: for a cancel scope.

            with trio.CancelScope(deadline=budget.deadline(trio.current_time())): ...

        The time of each begins to count with the first question about it or one below it.

        Args:
            now: the time in seconds, by one clock for the whole tree. On several threads each trio
                has a clock of its own, so take `time.monotonic()` there.

        Returns:
            a time by that clock; infinity if there is no limit.
        """
        with self._lock:
            return min(level.deadline(now) for level in self._levels)

    def check_deadline(self, now: float) -> None:
        """See whether there is time left.

        Args:
            now: the time in seconds, by the clock that `deadline` is asked with.

        Raises:
            BudgetExceededError: the time is up; the message says whose.
        """
        with self._lock:
            for level in self._levels:
                if now >= level.deadline(now):
                    raise BudgetExceededError(
                        f"the budget of {level.name} is {level.limits.seconds:g} seconds, and they "
                        "are over: allow more (--max-budget-seconds, or seconds=...), or ask for "
                        "less"
                    )

    @property
    def spent(self) -> Amount:
        """What was settled, here and below."""
        return self._own.spent

    @property
    def before(self) -> Amount:
        """What was carried over."""
        return self._own.before

    @property
    def reserved(self) -> Amount:
        """What is reserved for calls that go on, here and below."""
        return self._own.reserved

    @property
    def remaining(self) -> Remaining:
        """What may still be reserved here: the least of what this level and those above have."""
        with self._lock:
            left = [level.remaining() for level in self._levels]
        return Remaining(
            usd=min((each.usd for each in left if each.usd is not None), default=None),
            tokens=min((each.tokens for each in left if each.tokens is not None), default=None),
            calls=min((each.calls for each in left if each.calls is not None), default=None),
        )

    @property
    def ledger(self) -> LedgerEntry:
        """Who spent what, here and below, in the order in which children came."""
        with self._lock:
            return self._own.record.entry()

    @property
    def _is_bound_in_money(self) -> bool:
        return any(level.limits.usd is not None for level in self._levels)

    @property
    def _own(self) -> Level:
        return self._levels[0]
