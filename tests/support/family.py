"""Models and calls for agents that start agents."""

from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage, result_text
from sagent.model import ModelRequest
from sagent.testing import calls


def spawn(prompt: str, **arguments: JsonValue) -> MultipartMessage:
    """Make a step that starts an agent."""
    return calls(("AgentSpawn", {"prompt": prompt, **arguments}))


def send(to: str, content: str, **arguments: JsonValue) -> MultipartMessage:
    """Make a step that writes to an agent."""
    return calls(("AgentSend", {"to": to, "content": content, **arguments}))


def last(request: ModelRequest) -> str:
    """Give the text of the last message that the model was sent."""
    return result_text(request.messages[-1])


def told(request: ModelRequest) -> list[str]:
    """Give the text of each message that the model was sent."""
    return [result_text(message) for message in request.messages]
