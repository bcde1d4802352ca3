"""What can be sent to an agent.

A prompt waits in the inbox for the agent to drain it, and so does whatever changes the history:
there is one point at which an agent takes things in. What is `Urgent` is seen in the midst of a
turn, if it is sent through the front lane, as users' mail is.
"""

from typing import Literal

import attrs

from sagent.actors import Feed, Ref, Request
from sagent.agent._event import RunEvent
from sagent.agent._output import Output
from sagent.agent._status import AgentStatus
from sagent.checkpoint import Restored
from sagent.compaction import Recap
from sagent.errors import MailboxFull
from sagent.message import (
    BytesMessage,
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    new_id,
)
from sagent.model import Effort, Model
from sagent.tool import SeenFile

type Attachment = TextMessage | BytesMessage
"""What can go with a prompt."""


def _attachments(parts: "tuple[Attachment, ...]") -> tuple[Attachment, ...]:
    return tuple(parts)


@attrs.frozen
class Prompt(Request[TextMessage]):
    """Something to do. Asked, it is answered with the final message of the turn.

    Attributes:
        text: what to do.
        label: what it is about, for people who watch; "" for its first line.
        attachments: images and PDFs that go with it, and texts (`Descriptor.ATTACHED`).
        seen: the files that it shows, which the agent then knows as if it had read them.
        output: the shape that the answer's text is to have; None for any.
        source: the path of the agent that wrote it; None for a user.
        hops: how often agents have passed it on since a person has said something.
        id: the id that its message is to have; "" for any.
        until_idle: whether the answer waits for tools that run in the background, too, so that it
            is the last that the agent has to say.
    """

    text: str
    label: str = attrs.field(default="", kw_only=True)
    attachments: tuple[Attachment, ...] = attrs.field(
        default=(), kw_only=True, converter=_attachments
    )
    seen: tuple[SeenFile, ...] = attrs.field(default=(), kw_only=True)
    output: Output | None = attrs.field(default=None, kw_only=True)
    source: str | None = attrs.field(default=None, kw_only=True)
    hops: int = attrs.field(default=0, kw_only=True)
    id: str = attrs.field(default="", kw_only=True)
    until_idle: bool = attrs.field(default=False, kw_only=True)

    def message(self) -> Message:
        """Give the message that the agent's model reads."""
        own_id = self.id or new_id()
        if not self.attachments:
            return TextMessage(self.text, Descriptor.USER, id=own_id, source=self.source)
        parts: tuple[Message, ...] = (TextMessage(self.text), *self.attachments)
        return MultipartMessage(parts, Descriptor.USER_PARTS, id=own_id, source=self.source)


@attrs.frozen
class Clear(Request[None]):
    """Forget the conversation; what was spent, and the files that are known, stay.

    Attributes:
        reason: why, for the record.
    """

    reason: str = ""


@attrs.frozen
class Compact(Request[Recap]):
    """Replace the conversation by a recap of it.

    Attributes:
        instructions: what the recap is to heed, in words for the model.

    Raises:
        CompactionError: that was not possible; the conversation is as it was.
    """

    instructions: str = ""


@attrs.frozen
class Recompact(Request[Recap]):
    """Make the last recap anew, out of what it was made of and what came since.

    Attributes:
        instructions: what the recap is to heed, in words for the model.

    Raises:
        UsageError: there was none.
        CompactionError: that was not possible; the conversation is as it was.
    """

    instructions: str = ""


@attrs.frozen
class Rewound:
    """What a rewind did.

    Attributes:
        messages: how many messages the history has now.
        files: which files were brought back; None if they were not asked for, or no tool had
            changed any.
    """

    messages: int
    files: Restored | None = None


@attrs.frozen
class Rewind(Request[Rewound]):
    """Go back to a message: with the conversation, the files of the workspace, or both.

    What came after stays in the session, and can be gone back to in the same way.

    Attributes:
        to: the message's id.
        restore: what goes back. Files need a session, which keeps them.

    Raises:
        UnknownNameError: there is no such message.
        CheckpointError: the files cannot be brought back.
    """

    to: str
    restore: Literal["conversation", "files", "both"] = "conversation"


@attrs.frozen
class SwapModel(Request[None]):
    """Go on with another model.

    If its first call fails, the agent returns to the one before, and tells so.

    Attributes:
        model: the one to go on with.

    Raises:
        UsageError: the conversation does not fit the window of the new model.
    """

    model: Model = attrs.field(repr=lambda model: model.model_id)


@attrs.frozen
class SetEffort(Request[None]):
    """Think harder, or less hard, from the next call of the model on.

    Attributes:
        effort: how hard; None for the model's own.

    Raises:
        UsageError: the model does not have it.
    """

    effort: Effort | None = None


class Urgent:
    """What is seen in the midst of a turn, if it comes through the front lane."""


class Inquiry(Urgent):
    """What is seen between turns, too, past all that waits."""


@attrs.frozen
class Interrupt(Urgent):
    """Give up the turn in hand, and keep the agent; tools that run in the background go on.

    Between turns it waits its turn: what came before it in its lane is given up, and what comes
    after it is done.
    """


@attrs.frozen
class GetStatus(Inquiry, Request[AgentStatus]):
    """Asks an agent how it stands."""


@attrs.frozen
class CancelTask(Inquiry, Request[bool]):
    """Ends a tool call that runs in the background; answered with whether there was one.

    Attributes:
        task_id: the call, as the agent's status names it.
    """

    task_id: str


@attrs.frozen
class Watch(Inquiry, Request[Feed[RunEvent]]):
    """Asks for the events of an agent, from now until it ends.

    Attributes:
        capacity: how many events may wait for their reader; the oldest of more are lost, and the
            reader is told how many.
    """

    capacity: int = 1000


type Mail = (
    Prompt
    | Clear
    | Compact
    | Recompact
    | Rewind
    | SwapModel
    | SetEffort
    | Interrupt
    | CancelTask
    | GetStatus
    | Watch
)
"""What an agent's inbox takes."""


def tell_surely(to: Ref[Mail], prompt: Prompt) -> None:
    """Send *prompt*, which nobody could send again: before all else, if its inbox is full."""
    try:
        to.tell(prompt)
    except MailboxFull:
        to.tell(prompt, lane="front")
