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
            "Keep a plan of several steps, a line each, which the user sees. Give the whole list "
            "each time: as you set out, and when a step begins or is done. One at most is "
            "in_progress."
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
                            "content": {"type": "string"},
                            "status": {
                                "type": "string",
                                "enum": ["pending", "in_progress", "completed"],
                            },
                            "active_form": {"type": "string"},
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
