from typing import Literal

import attrs

type BreakerState = Literal["closed", "open", "half-open"]

_FAILURES = 5
"""So many in a row, whoever's they are, and the vendor is down."""
_FIRST_REST_S = 1.0
_LONGEST_REST_S = 60.0


@attrs.define
class Breaker:
    """Spares a server that fails (M. Nygard, Release It!, "Circuit Breaker").

    Closed, all calls go. After five failures in a row it is open: none goes until it has rested.
    Then it is half-open: one call goes to probe; its success closes it, its failure opens it for
    twice as long.
    """

    state: BreakerState = attrs.field(default="closed", init=False)
    _failures: int = attrs.field(default=0, init=False)
    _rest_s: float = attrs.field(default=_FIRST_REST_S, init=False)
    _rests_until: float = attrs.field(default=0, init=False)

    def ready_at(self, now: float) -> float:
        """Tell when the next call may go; `inf` while a probe is out."""
        if self.state == "closed":
            return now
        return self._rests_until if self.state == "open" else float("inf")

    def enters(self) -> bool:
        """Note that a call goes; tell whether it is the probe."""
        if self.state == "open":
            self.state = "half-open"
            return True
        return False

    def succeeded(self) -> None:
        """Note that the server has answered, if only to refuse."""
        self.state = "closed"
        self._failures = 0
        self._rest_s = _FIRST_REST_S

    def failed(self, now: float) -> None:
        """Note that the server has failed."""
        self._failures += 1
        if self.state == "half-open":
            self._rest_s = min(self._rest_s * 2, _LONGEST_REST_S)
        if self.state == "half-open" or self._failures >= _FAILURES:
            self.state = "open"
            self._rests_until = now + self._rest_s

    def probe_lost(self, now: float) -> None:
        """Note that the probe was cancelled before it told anything."""
        if self.state == "half-open":
            self.state = "open"
            self._rests_until = now
