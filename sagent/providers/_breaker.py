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
    _probe: object = attrs.field(default=None, init=False)
    """The call that is out to probe, by a token of its own."""

    def ready_at(self, now: float) -> float:
        """Tell when the next call may go; `inf` while a probe is out."""
        if self.state == "closed":
            return now
        return self._rests_until if self.state == "open" else float("inf")

    def enters(self) -> object:
        """Note that a call goes; the token that it gets is for `leaves`."""
        if self.state != "open":
            return None
        self.state = "half-open"
        self._probe = object()
        return self._probe

    def leaves(self, token: object, now: float) -> None:
        """Note that a call is over; a probe that told nothing leaves its place to another."""
        if token is not None and token is self._probe and self.state == "half-open":
            self.state = "open"
            self._rests_until = now

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
