"""One number, what it is held against, and what it should be."""

import math
from enum import StrEnum
from typing import Literal

import attrs


@attrs.frozen
class Unit:
    """How a number is shown; numbers themselves are seconds, bytes or events per second."""

    symbol: str
    scale: float
    decimals: int

    def show(self, value: float) -> str:
        if math.isinf(value):  # what was waited for did not come
            return "never"
        return f"{value / self.scale:,.{self.decimals}f} {self.symbol}".rstrip()


MICROSECONDS = Unit("µs", 1e-6, 1)
MILLISECONDS = Unit("ms", 1e-3, 1)
BYTES = Unit("B", 1, 0)
MEGABYTES = Unit("MB", 1e6, 1)
COUNT = Unit("times", 1, 1)
PROCESSES = Unit("", 1, 0)
PER_SECOND = Unit("/s", 1, 0)


class Reading(StrEnum):
    """What a row's ratio tells."""

    COST = "the cost"
    """Ours over the anchor's: times, bytes."""
    SPEED = "as fast"
    """The anchor's over ours, of times."""
    RATE = "the rate"
    """Ours over the anchor's: events per second."""


@attrs.frozen
class Target:
    """What a row should come to."""

    of: Literal["ours", "ratio", "excess"]
    """The number itself, its ratio, or what it has over the anchor."""
    relation: Literal["≤", "≥"]
    bound: float

    def met_by(self, value: float) -> bool:
        return value <= self.bound if self.relation == "≤" else value >= self.bound


def at_most(bound: float) -> Target:
    return Target("ours", "≤", bound)


def at_least(bound: float) -> Target:
    return Target("ours", "≥", bound)


def ratio_at_most(bound: float) -> Target:
    return Target("ratio", "≤", bound)


def ratio_at_least(bound: float) -> Target:
    return Target("ratio", "≥", bound)


def excess_at_most(bound: float) -> Target:
    return Target("excess", "≤", bound)


@attrs.frozen(kw_only=True)
class Row:
    """One line of the table."""

    what: str
    ours: float
    unit: Unit
    anchor: float | None = None
    reading: Reading = Reading.COST
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        if not self.anchor:  # to none of something there is no ratio
            return None
        if self.reading is Reading.SPEED:
            return self.anchor / self.ours
        return self.ours / self.anchor

    @property
    def met(self) -> bool | None:
        """Whether the target is met, at the precision that is shown; None without one."""
        if self.target is None:
            return None
        match self.target.of:
            case "ours":
                return self.target.met_by(self.ours)
            case "ratio":
                assert self.ratio is not None
                return self.target.met_by(round(self.ratio, 2))
            case "excess":
                assert self.anchor is not None
                return self.target.met_by(self.ours - self.anchor)

    def cells(self) -> tuple[str, ...]:
        """Show what, ours, anchor, ratio, target, met."""
        return (
            self.what,
            self.unit.show(self.ours),
            "" if self.anchor is None else self.unit.show(self.anchor),
            "" if self.ratio is None else f"{_rounded(self.ratio)}x {self.reading}",
            self._wanted(),
            {None: "", True: "yes", False: "NO"}[self.met],
        )

    def _wanted(self) -> str:
        if self.target is None:
            return ""
        bound = self.target.bound
        match self.target.of:
            case "ours":
                shown = self.unit.show(bound)
            case "ratio":
                shown = f"{bound:.2f}x"
            case "excess":
                shown = f"anchor + {self.unit.show(bound)}"
        return f"{self.target.relation} {shown}"


def _rounded(ratio: float) -> str:
    return f"{ratio:.2f}" if abs(ratio) >= 0.01 else f"{ratio:.1g}"


COLUMNS = ("what", "ours", "anchor", "ratio", "target", "met")
