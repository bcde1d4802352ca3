"""How far a team is, told as it happens."""

import logging
from collections.abc import Callable
from typing import cast

import attrs

from sagent.budget import Amount
from sagent.team._outcome import Outcome

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Counts:
    """How far a team is.

    Attributes:
        running: items that are worked on now.
        succeeded: items that have a value, those of the journal too.
        failed: items that have an error.
        reused: items that the journal had.
        retries: attempts after the first.
        spent: what this run has paid for the items that are finished.
    """

    running: int = 0
    succeeded: int = 0
    failed: int = 0
    reused: int = 0
    retries: int = 0
    spent: Amount = Amount()  # noqa: RUF009  # it is frozen

    @property
    def finished(self) -> int:
        """Items that have an outcome."""
        return self.succeeded + self.failed


@attrs.frozen(kw_only=True)
class Started:
    """Work on an item has begun.

    Attributes:
        index: the item's place among the items, from 0.
        counts: how far the team has come.
    """

    index: int
    counts: Counts


@attrs.frozen(kw_only=True)
class Retried:
    """An attempt has failed, and another one follows after *delay_s* seconds."""

    index: int
    """The item's place among the items, from 0."""
    counts: Counts
    """How far the team has come."""
    attempt: int
    """Which one comes next, the first having been 1."""
    delay_s: float
    error: Exception
    """Why the attempt failed."""


@attrs.frozen(kw_only=True)
class Finished:
    """An item has its outcome.

    Attributes:
        outcome: a value or an error, and what it took.
        counts: how far the team has come.
    """

    outcome: Outcome[object, object]
    counts: Counts

    @property
    def index(self) -> int:
        """The item's place among the items."""
        return self.outcome.index


@attrs.frozen(kw_only=True)
class Unsaved:
    """The outcome of an item is not in the journal, and would be paid for again.

    Attributes:
        index: the item's place among the items, from 0.
        counts: how far the team has come.
        error: why it is not there.
    """

    index: int
    counts: Counts
    error: Exception


type Progress = Started | Retried | Finished | Unsaved
"""What a team tells of its work."""

type OnProgress = Callable[[Progress], object]
"""Told of each step; what it raises is logged, and harms nobody's work."""


@attrs.define(eq=False)
class Tally:
    """Counts what happens, and tells of it.

    Attributes:
        counts: as they are now.
    """

    _tell: OnProgress | None = None
    counts: Counts = attrs.field(factory=Counts, init=False)

    def start(self, index: int) -> None:
        """Count an item as begun."""
        self.counts = attrs.evolve(self.counts, running=self.counts.running + 1)
        self.tell(Started(index=index, counts=self.counts))

    def retry(self, index: int, attempt: int, delay_s: float, error: Exception) -> None:
        """Count an attempt that follows a failed one."""
        self.counts = attrs.evolve(self.counts, retries=self.counts.retries + 1)
        self.tell(
            Retried(index=index, counts=self.counts, attempt=attempt, delay_s=delay_s, error=error)
        )

    def finish[I, R](self, outcome: Outcome[I, R], *, started: int) -> None:
        """Count an item as done, which is *started* of those that run."""
        counts = self.counts
        self.counts = Counts(
            running=counts.running - started,
            succeeded=counts.succeeded + outcome.ok,
            failed=counts.failed + (not outcome.ok),
            reused=counts.reused + outcome.from_journal,
            retries=counts.retries,
            spent=counts.spent + outcome.spent,
        )
        anything = cast("Outcome[object, object]", outcome)  # it is only read
        self.tell(Finished(outcome=anything, counts=self.counts))

    def tell(self, progress: Progress) -> None:
        """Tell who listens."""
        if self._tell is None:
            return
        try:
            self._tell(progress)
        except Exception:  # noqa: BLE001  # a broken listener is not to cost anybody's work
            _log.exception("on_progress failed at item %d", progress.index)
