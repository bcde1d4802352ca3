from typing import Literal, Protocol

import attrs

from sagent.message import Message


@attrs.frozen(kw_only=True)
class TaskStatus:
    """A tool call that runs in the background.

    Attributes:
        id: names it among its agent's.
        tool: the tool's name.
        summary: the call in a few words.
        phase: whether it sleeps before its start, or runs.
        elapsed_s: for how long it has been there.
        unread_chars: how much it has shown that was not read.
    """

    id: str
    tool: str
    summary: str
    phase: Literal["sleeping", "running"]
    elapsed_s: float
    unread_chars: int = 0


@attrs.frozen(kw_only=True)
class TaskOutput:
    """What a tool call in the background has shown since it was read last.

    Attributes:
        text: the output.
        omitted_chars: how much came before it and was too much to keep.
        unread_chars: how much comes after it.
    """

    text: str
    omitted_chars: int
    unread_chars: int


class AgentControl(Protocol):
    """What a tool may do to the agent that it is bound to.

    What changes the conversation is noted, and happens when the agent next takes in its mail: once
    the calls of this response have their results.
    """

    def set_title(self, title: str) -> None:
        """Say what the agent is at, for people."""
        ...

    def clear(self, reason: str) -> None:
        """Forget the conversation."""
        ...

    def compact(self, instructions: str) -> None:
        """Replace the conversation by a recap of it that heeds *instructions*."""
        ...

    def recompact(self, instructions: str) -> None:
        """Make the last recap anew, out of what it was made of.

        Raises:
            UsageError: there was none.
        """
        ...

    def diagnostics(self) -> str:
        """Tell in a few lines how the agent stands: model, context, usage, cost, tasks."""
        ...

    async def swap_model(self, *, model_id: str, provider: str, auth: str) -> str:
        """Go on with another model; say in a line what was done.

        Args:
            model_id: the model, "" for the provider's own choice.
            provider: its provider, "" for the one that the model's name tells.
            auth: the name of an environment variable with the key; "" for the provider's own.

        Raises:
            UsageError: there is no such model, or the conversation does not fit its window.
            MissingKeyError: there is no key for it.
        """
        ...

    def set_limits(
        self, *, max_request_tokens: int | None, max_response_tokens: int | None
    ) -> None:
        """Cap what is sent to the model, which is compacted before, and what it may write.

        *max_request_tokens* is the former, *max_response_tokens* the latter. None leaves a limit
        as it is.

        Raises:
            UsageError: the limits leave no room for a conversation.
        """
        ...

    def tasks(self) -> tuple[TaskStatus, ...]:
        """List what runs in the background, oldest first."""
        ...

    def in_background(self, directive: Message) -> bool:
        """Tell whether the call that *directive* came with runs in the background by now."""
        ...

    def cancel_task(self, task_id: str) -> bool:
        """End a call that runs in the background; tell whether there was one."""
        ...

    def read_task(self, task_id: str, max_chars: int) -> TaskOutput | None:
        """Take what the call *task_id* has shown, oldest first; None if there is no such call.

        At most *max_chars* are taken, the rest the next time.
        """
        ...

    async def wait_task(self, task_id: str) -> bool:
        """Wait until a call in the background has ended; tell whether there was one.

        Its result comes as every such result does.
        """
        ...
