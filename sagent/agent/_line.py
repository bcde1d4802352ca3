"""From the handle of a run to the agent that makes it."""

import attrs

from sagent.actors import Ref
from sagent.agent._mail import Mail


@attrs.define(eq=False)
class Line:
    """Carries what a user says to one run; what comes before its beginning waits for that."""

    _ref: Ref[Mail] | None = attrs.field(default=None, init=False)
    _early: list[Mail] = attrs.field(factory=list[Mail], init=False)
    _over: bool = attrs.field(default=False, init=False)

    def post(self, mail: Mail) -> None:
        """Send *mail*; a run that is over hears nothing."""
        if self._ref is not None:
            self._ref.tell(mail, lane="front")
        elif not self._over:
            self._early.append(mail)

    def open(self, ref: Ref[Mail]) -> None:
        """Let the run be made by *ref*, whose prompt is to come through the front lane.

        What was early goes through the back lane, behind it.
        """
        self._ref = ref
        for mail in self._early:
            ref.tell(mail)
        self._early.clear()

    def close(self) -> None:
        """The run is over."""
        self._ref, self._over = None, True
