import math
from typing import ClassVar

import trio

from sagent.message import Message, TextMessage
from sagent.tool import AgentControl, TaskOutput, TaskStatus, Workspace
from sagent.tools._agent_tool import AgentTool
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._refusal import Refusal

_MAX_CHARS = 20_000


class BackgroundTask(AgentTool):
    """Lists, reads, waits for and cancels the tool calls that run in the background.

    An agent that has it may run any tool there: each of its tools then takes ``background`` and
    ``delay``.
    """

    offers_background: ClassVar[bool] = True
    card: ClassVar[Card] = Card(
        name="BackgroundTask",
        description=(
            "Every tool takes background (true: it runs beside the conversation, and its result "
            "comes later, by itself, as a message) and delay (seconds before it starts there). "
            "This lists such calls, reads what is new of one's output, waits for one (seconds at "
            "most) if you can do nothing else, or cancels it."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "operation": {
                    "type": "string",
                    "enum": ["list", "read", "wait", "foreground", "cancel"],
                },
                "id": {"type": "string", "description": "see list"},
                "seconds": {"type": "number", "minimum": 0},
                "max_chars": {"type": "integer", "minimum": 1},
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
        if operation == "read":
            max_chars = arguments.count("max_chars", _MAX_CHARS, least=1)
            output = control.read_task(task_id, max_chars)
            told = None if output is None else _read(output)
        elif operation == "cancel":
            told = f"Cancelled: {task_id}" if control.cancel_task(task_id) else None
        else:
            told = await _wait(control, task_id, arguments)
        if told is None:
            raise Refusal(f"No such task: {task_id}. {_running(control)}")
        return TextMessage(told)


async def _wait(control: AgentControl, task_id: str, arguments: Arguments) -> str | None:
    seconds = arguments.optional_number("seconds")
    if seconds is not None and seconds < 0:
        raise Refusal("seconds must be at least 0")
    with trio.move_on_after(math.inf if seconds is None else seconds) as patience:
        if not await control.wait_task(task_id):
            return None
    if patience.cancelled_caught:
        return f"{task_id} still runs after {seconds:g} s; its result will come by itself."
    return f"{task_id} has ended; its result is in the next message."


def _read(output: TaskOutput) -> str:
    parts = (
        f"... [{output.omitted_chars} characters omitted] ..." if output.omitted_chars else "",
        output.text.removesuffix("\n"),
        f"[{output.unread_chars} more characters: read again]" if output.unread_chars else "",
    )
    return "\n".join(filter(None, parts)) or "(nothing new)"


def _running(control: AgentControl) -> str:
    return f"Running: {', '.join(task.id for task in control.tasks()) or 'none'}."


def _table(tasks: tuple[TaskStatus, ...]) -> str:
    return "\n".join(map(_row, tasks)) or "No background tasks."


def _row(task: TaskStatus) -> str:
    unread = f"  ({task.unread_chars} characters to read)" if task.unread_chars else ""
    return f"{task.id}  {task.phase} for {task.elapsed_s:.0f} s  {task.summary}{unread}"
