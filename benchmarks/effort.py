"""How much is measured."""

import gc
import statistics
from collections.abc import Callable

import attrs


@attrs.frozen(kw_only=True)
class Effort:
    """How often a measurement is repeated."""

    rounds: int
    share: float
    """The part of a benchmark's full count that is done."""

    def times(self, count: int) -> int:
        """Scale *count*."""
        return max(1, round(count * self.share))

    def medians(self, *measures: Callable[[], float], rounds: int | None = None) -> list[float]:
        """Take *measures* turn by turn, and give the median of each."""
        taken: list[list[float]] = [[] for _ in measures]
        for _ in range(rounds or self.rounds):
            for measure, samples in zip(measures, taken, strict=True):
                gc.collect()
                samples.append(measure())
        return [statistics.median(samples) for samples in taken]


FULL = Effort(rounds=7, share=1.0)
QUICK = Effort(rounds=3, share=0.3)
