"""What an agent's own tools may do to it."""

from collections.abc import Callable

import attrs

from sagent.agent._audience import Audience
from sagent.agent._event import Titled
from sagent.agent._mail import Clear, Compact, Recompact, SwapModel
from sagent.agent._named_model import named_model
from sagent.agent._post import Post
from sagent.agent._state import AgentState
from sagent.agent._status import AgentStatus
from sagent.agent._tasks import Tasks
from sagent.errors import UsageError
from sagent.message import Message
from sagent.tool import TaskOutput, TaskStatus

_LEAST_REQUEST_TOKENS = 2_000
"""Beside the system prompt and the tools."""


@attrs.define(eq=False)
class Control:
    """See `AgentControl`."""

    _state: AgentState
    _post: Post
    _audience: Audience
    _status: Callable[[], AgentStatus]
    _tasks: Callable[[], Tasks]

    def set_title(self, title: str) -> None:
        """Say what the agent is at, for people."""
        self._state.entitle(title)
        self._audience.note(Titled(title))

    def clear(self, reason: str) -> None:
        """Forget the conversation, once the calls of this response have their results."""
        self._post.notes.append(Clear(reason))

    def compact(self, instructions: str) -> None:
        """Replace the conversation by a recap, once the calls in hand have their results."""
        self._post.notes.append(Compact(instructions))

    def recompact(self, instructions: str) -> None:
        """Make the last recap anew, out of what it was made of.

        Raises:
            UsageError: there was none.
        """
        self._state.before_recap()
        self._post.notes.append(Recompact(instructions))

    def diagnostics(self) -> str:
        """Tell in a few lines how the agent stands."""
        status = self._status()
        usage = status.usage
        window = status.context_window or "unknown"
        unpriced = f", {status.unpriced_calls} calls unpriced" if status.unpriced_calls else ""
        tokens = f"{usage.input_tokens} in, {usage.cached_tokens} of them cached"
        lines = (
            f"agent: {status.name}",
            f"model: {status.model_id}",
            f"context: {status.context_tokens} of {window} tokens, {status.messages} messages",
            f"tokens: {tokens}; {usage.output_tokens} out",
            f"cost: ${status.cost_usd:f}{unpriced}",
            f"background: {', '.join(task.id for task in status.tasks) or 'nothing'}",
        )
        return "\n".join(lines)

    async def swap_model(self, *, model_id: str, provider: str, auth: str) -> str:
        """Go on with another model, once the calls of this response have their results.

        Raises:
            UsageError: there is no such model, or the conversation does not fit its window.
            MissingKeyError: there is no key for it.
        """
        model = await named_model(model_id=model_id, provider=provider, auth=auth)
        before = self._state.model
        self._state.check_fits(model)
        self._post.notes.append(SwapModel(model))
        return f"Model swapped: {before.model_id} to {model.model_id}"

    def set_limits(
        self, *, max_request_tokens: int | None, max_response_tokens: int | None
    ) -> None:
        """Cap what is sent and what is written; None leaves a limit as it is.

        Raises:
            UsageError: the limits leave no room for a conversation.
        """
        window = self._state.model.context_window
        head = self._state.meter.with_history(()).tokens
        least = head + _LEAST_REQUEST_TOKENS
        if max_request_tokens is not None and max_request_tokens < least:
            raise UsageError(
                f"max_request_tokens is {max_request_tokens}: a conversation needs "
                f"{_LEAST_REQUEST_TOKENS}, and the system prompt and the tools take some {head}, "
                f"so allow at least {least}"
            )
        if max_response_tokens is not None and max_response_tokens < 1:
            raise UsageError(f"max_response_tokens is {max_response_tokens}: allow at least 1")
        if window is not None and max_response_tokens is not None and max_response_tokens >= window:
            raise UsageError(
                f"max_response_tokens is {max_response_tokens}, and all of the window is {window}: "
                "leave room for the conversation"
            )
        self._state.max_request_tokens = max_request_tokens or self._state.max_request_tokens
        self._state.max_response_tokens = max_response_tokens or self._state.max_response_tokens

    def tasks(self) -> tuple[TaskStatus, ...]:
        """List what runs in the background, oldest first."""
        return self._tasks().background()

    def in_background(self, directive: Message) -> bool:
        """Tell whether the call that *directive* came with runs in the background by now."""
        return self._tasks().in_background(directive.id)

    def cancel_task(self, task_id: str) -> bool:
        """End a call that runs in the background; tell whether there was one."""
        return self._tasks().cancel(task_id)

    def read_task(self, task_id: str, max_chars: int) -> TaskOutput | None:
        """Take what the call *task_id* has shown, oldest first; None if there is no such call.

        At most *max_chars* are taken, the rest the next time.
        """
        return self._tasks().read(task_id, max_chars)

    async def wait_task(self, task_id: str) -> bool:
        """Wait until a call in the background has ended; tell whether there was one."""
        return await self._tasks().wait(task_id)
