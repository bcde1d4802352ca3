"""What an agent remembers from one turn to the next."""

from pathlib import Path

import attrs

from sagent.message import Message, new_id
from sagent.model import ModelRequest, Usage
from sagent.tool import Workspace


@attrs.define(eq=False)
class AgentState:
    """An agent's history, its place in the file system, and what it has used."""

    workspace: Workspace = attrs.field(factory=Workspace)
    conversation_id: str = attrs.field(factory=new_id, init=False)
    """Names the conversation to vendors, whose caches serve it best from one place."""
    usage: Usage = attrs.field(default=Usage(), init=False)
    _messages: list[Message] = attrs.field(factory=list[Message], init=False)

    @classmethod
    def at(cls, cwd: Path | None) -> "AgentState":
        """Begin without history, in *cwd* or else in the process's directory."""
        return cls(Workspace(cwd) if cwd else Workspace())

    @property
    def messages(self) -> tuple[Message, ...]:
        """The history, oldest first."""
        return tuple(self._messages)

    def continued(self, request: ModelRequest) -> ModelRequest:
        """Give *request* with the history as it stands."""
        return attrs.evolve(request, messages=self.messages, cache_key=self.conversation_id)

    def record(self, messages: tuple[Message, ...]) -> None:
        """Append *messages*, each as the child of the one before it."""
        for message in messages:
            parent_id = self._messages[-1].id if self._messages else None
            self._messages.append(attrs.evolve(message, parent_id=parent_id))
