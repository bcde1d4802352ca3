from typing import ClassVar

from sagent.message import Message, TextMessage
from sagent.tool import Workspace
from sagent.tools._arguments import Arguments
from sagent.tools._builtin import Card
from sagent.tools._colleague_tool import ColleagueTool, refusals
from sagent.tools._refusal import Refusal


class AgentSend(ColleagueTool):
    """Sends a message to another agent, to come at once or later."""

    card: ClassVar[Card] = Card(
        name="AgentSend",
        description=(
            "Send a message to an agent by its name, or to `parent`, who started you. It does not "
            "wait: an answer comes as a message of its own. With delay (seconds), and to your own "
            "name, it is a reminder. stop: end an agent that you have started."
        ),
        directive_schema={
            "type": "object",
            "properties": {
                "to": {"type": "string"},
                "content": {"type": "string"},
                "delay": {"type": "integer", "minimum": 0},
                "stop": {"type": "boolean"},
            },
            "required": ["to"],
            "additionalProperties": False,
        },
        effects=frozenset(),
        concurrency="exclusive",  # so that words arrive in the order in which they were said
        subjects=("to",),
    )

    async def _work(self, arguments: Arguments, workspace: Workspace) -> Message:  # noqa: ARG002  # the contract's
        to = arguments.text("to", "").strip()
        if not to:
            raise Refusal("'to' is required.")
        with refusals():
            if arguments.flag("stop"):
                return TextMessage(await self.colleagues.stop(to))
            content = arguments.text("content", "")
            if not content.strip():
                raise Refusal("'content' is required.")
            delay_s = arguments.number("delay", 0)
            return TextMessage(self.colleagues.send(to, content, delay_s=delay_s))
