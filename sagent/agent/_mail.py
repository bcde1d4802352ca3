"""What can be sent to an agent."""

import attrs

from sagent.actors import Request
from sagent.agent._output import Output
from sagent.message import Descriptor, Message, TextMessage


@attrs.frozen
class Prompt(Request[TextMessage]):
    """Something to do. Asked, it is answered with the final message of the turn."""

    text: str
    output: Output | None = attrs.field(default=None, kw_only=True)
    """The shape that the answer's text is to have; None for any."""
    source: str | None = attrs.field(default=None, kw_only=True)
    """The path of the agent that wrote it; None for a user."""

    def message(self) -> Message:
        """Give the message that the agent's model reads."""
        return TextMessage(self.text, Descriptor.USER, source=self.source)
