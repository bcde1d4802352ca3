"""What an agent's own tools may do towards people."""

import attrs

from sagent.agent._audience import Audience
from sagent.agent._event import Planned
from sagent.agent._state import AgentState
from sagent.tool import Plan, check_plan


@attrs.frozen(eq=False)
class Contact:
    """See `People`."""

    _state: AgentState
    _audience: Audience

    def set_plan(self, plan: Plan) -> None:
        """Show *plan* in place of the one before.

        Raises:
            UsageError: people could not follow it.
        """
        check_plan(plan)
        if plan != self._state.plan:
            self._state.set_plan(plan)
            self._audience.note(Planned(plan))
