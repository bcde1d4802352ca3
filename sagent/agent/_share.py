"""What an agent that another has started may take, and what it has taken over all its lives."""

from contextlib import suppress

import attrs
import trio

from sagent.agent._spawn_order import SpawnOrder
from sagent.budget import Budget
from sagent.errors import SessionError
from sagent.session import Session, ShareRecord


@attrs.define(eq=False)
class Share:
    """Keeps account in the session of the agent, if it has one, whenever a call has been paid.

    What is paid here is paid above, too, so those above write it down as well.

    Attributes:
        budget: what it and all below it may spend; None for no limit.
    """

    budget: Budget | None
    _above: "Share | None"
    _deadline_s: float | None
    _is_bound: bool
    """Whether its order sets it a limit of its own."""
    _session: Session | None = attrs.field(default=None, init=False)
    _began_s: float = attrs.field(factory=trio.current_time, init=False)
    """When it would have begun, had it lived without a break."""

    @classmethod
    def of(cls, order: SpawnOrder, parents: "Share | None", within: Budget | None) -> "Share":
        """Give what *order* asks for, *within* the parent's budget.

        Raises:
            UsageError: a limit is negative.
        """
        usd, tokens = order.budget_usd, order.budget_tokens
        bound = usd is not None or tokens is not None or order.deadline_s is not None
        if within is not None:
            budget = within.child(order.name, usd=usd, tokens=tokens)
        elif usd is None and tokens is None:
            budget = None
        else:
            budget = Budget(usd=usd, tokens=tokens, name=order.name)
        return cls(budget, parents, order.deadline_s, bound)

    @property
    def left_s(self) -> float | None:
        """How long it may live from now, in seconds; None for any time."""
        lived_s = trio.current_time() - self._began_s
        return None if self._deadline_s is None else max(0, self._deadline_s - lived_s)

    def go_on(self, session: Session) -> None:
        """Go on from what *session* says, and keep it there from now on."""
        if not self._is_bound:
            return
        self._session, kept = session, session.transcript.share
        self._began_s -= kept.lived_s
        if self.budget is not None:
            self.budget.carry_over(kept.spent)

    def note(self) -> None:
        """Write down what was taken until now, here and above."""
        if self._session is not None and not self._session.closed:
            with suppress(SessionError):  # the next says all that this does; others tell of it
                self._session.append(self._record())
        if self._above is not None:
            self._above.note()

    def _record(self) -> ShareRecord:
        lived_s = round(trio.current_time() - self._began_s, 3)
        if self.budget is None:
            return ShareRecord(lived_s=lived_s)
        return ShareRecord(spent=self.budget.before + self.budget.spent, lived_s=lived_s)
