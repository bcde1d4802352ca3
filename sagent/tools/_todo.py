from typing import ClassVar

from sagent.errors import UsageError
from sagent.message import Message, TextMessage, get_directive
from sagent.tool import Workspace, plan_progress, read_plan
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._people_tool import PeopleTool


class Todo(PeopleTool):
    """Keeps a plan that the user sees."""

    card: ClassVar[Card] = Card(
        name="Todo",
        description=(
            "Keep a plan for work of several steps, which the user sees. Give the whole list each "
            "time, which replaces the one before: as you set out, and whenever a step begins or is "
            "done. At most one item is in_progress."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "todos": {
                    "type": "array",
                    "maxItems": 100,
                    "items": {
                        "type": "object",
                        "properties": {
                            "content": {"type": "string", "description": "one line"},
                            "status": {
                                "type": "string",
                                "enum": ["pending", "in_progress", "completed"],
                            },
                            "active_form": {
                                "type": "string",
                                "description": "shown while in progress",
                            },
                            "id": {"type": "string"},
                        },
                        "required": ["content", "status"],
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["todos"],
            "additionalProperties": False,
        },
        effects=frozenset(),
        concurrency="exclusive",
        subjects=(),
    )

    def summary(self, msg: Message) -> str:
        """Tell how far the plan has come."""
        try:
            progress = plan_progress(read_plan(get_directive(msg).get("todos")))
        except UsageError:
            return self.name
        return f"{self.name} {progress[:80]}"

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        plan = read_plan(arguments.array("todos"))
        self.people.set_plan(plan)
        return TextMessage(plan_progress(plan))
