from typing import ClassVar

from sagent.message import Message, TextMessage
from sagent.tool import AgentControl, TaskStatus, Workspace
from sagent.tools._agent_tool import AgentTool
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._refusal import Refusal


class BackgroundTask(AgentTool):
    """Lists, waits for and cancels the tool calls that run in the background.

    An agent that has it may run any tool there: each of its tools then takes ``background`` and
    ``delay``.
    """

    offers_background: ClassVar[bool] = True
    card: ClassVar[Card] = Card(
        name="BackgroundTask",
        description=(
            "Every tool takes background (true: it runs beside the conversation, and its result "
            "comes later, by itself, as a message) and delay (seconds before it starts there). "
            "This lists such calls, waits for one if you can do nothing else, or cancels it."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "operation": {"type": "string", "enum": ["list", "wait", "foreground", "cancel"]},
                "id": {"type": "string", "description": "which; list tells them"},
            },
            "required": ["operation"],
            "additionalProperties": False,
        },
        effects=frozenset(),
        concurrency="shared",
        subjects=("operation",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        control = self.control
        operation = arguments.text("operation")
        if operation == "list":
            return TextMessage(_table(control.tasks()))
        task_id = arguments.text("id", "")
        if not task_id:
            raise Refusal(f"{operation} needs an id. {_running(control)}")
        if operation == "cancel":
            if not control.cancel_task(task_id):
                raise Refusal(f"No such task: {task_id}. {_running(control)}")
            return TextMessage(f"Cancelled: {task_id}")
        if not await control.wait_task(task_id):
            raise Refusal(f"No such task: {task_id}. {_running(control)}")
        return TextMessage(f"{task_id} has ended; its result is in the next message.")


def _running(control: AgentControl) -> str:
    return f"Running: {', '.join(task.id for task in control.tasks()) or 'none'}."


def _table(tasks: tuple[TaskStatus, ...]) -> str:
    if not tasks:
        return "No background tasks."
    rows = [f"{task.id}  {task.phase} for {task.elapsed_s:.0f} s  {task.summary}" for task in tasks]
    return "\n".join(rows)
