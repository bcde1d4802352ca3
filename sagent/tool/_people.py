from typing import Protocol

from sagent.tool._plan import Plan


class People(Protocol):
    """What a tool may do towards the people that its agent works for."""

    def set_plan(self, plan: Plan) -> None:
        """Show *plan* in place of the one before.

        Raises:
            UsageError: people could not follow it, see `check_plan`.
        """
        ...
