"""What an agent remembers from one turn to the next, and writes into its session."""

import time
from collections.abc import Sequence
from decimal import Decimal

import attrs

from sagent.agent._status import AgentStatus, Phase
from sagent.compaction import Meter
from sagent.errors import UsageError
from sagent.message import Message, new_id
from sagent.model import Model, ModelRequest, ModelResponse, Usage
from sagent.session import (
    CompactionRecord,
    HeadRecord,
    MessageRecord,
    Record,
    Session,
    Spending,
    SpendRecord,
    StateRecord,
)
from sagent.tool import TaskStatus, Workspace


@attrs.define(eq=False)
class AgentState:
    """An agent's history, its place in the file system, its model, and what it has used.

    Attributes:
        model: what answers next.
        meter: how full its window is.
        workspace: the agent's place in the file system.
        session: where all of this is kept; None to keep it in memory alone.
        title: what it says it is at.
        max_request_tokens: what is sent at most; None for what the window takes.
        max_response_tokens: what an answer may have at most; None for the model's own limit.
        conversation_id: names the conversation to vendors, whose caches serve it best from one
            place.
        spent: what all calls took.
        last_response_ns: when the model answered last, in nanoseconds since the epoch; 0 for never.
    """

    model: Model
    meter: Meter
    workspace: Workspace = attrs.field(factory=Workspace)
    session: Session | None = None
    title: str = ""
    max_request_tokens: int | None = None
    max_response_tokens: int | None = None
    conversation_id: str = attrs.field(factory=new_id)
    spent: Spending = attrs.field(default=Spending())
    last_response_ns: int = 0
    _messages: list[Message] = attrs.field(factory=list[Message], alias="messages")
    _recapped: tuple[Message, ...] = ()
    _recap_length: int = 1

    @property
    def messages(self) -> tuple[Message, ...]:
        """The history, oldest first."""
        return tuple(self._messages)

    def continued(self, request: ModelRequest) -> ModelRequest:
        """Give *request* with the history as it stands."""
        return attrs.evolve(request, messages=self.messages, cache_key=self.conversation_id)

    def record(self, messages: Sequence[Message]) -> None:
        """Append *messages*, each as the child of the one before it."""
        for message in messages:
            parent_id = self._messages[-1].id if self._messages else None
            child = attrs.evolve(message, parent_id=parent_id)
            self._messages.append(child)
            self.meter = self.meter.with_message(child)
            self.note(MessageRecord(child))

    def clear(self) -> None:
        """Forget the history; the session keeps it, behind its head."""
        self.replace((), HeadRecord(None, "clear"))
        self._recapped = ()
        self.conversation_id = new_id()

    def compact(self, messages: Sequence[Message], original: tuple[Message, ...], why: str) -> None:
        """Go on with *messages*, a recap of *original*, in place of the history.

        The session keeps that.
        """
        head = self._messages[-1].id if self._messages else None
        self.replace((), CompactionRecord(replaced=head, why=why))
        self.record(messages)
        self._recapped, self._recap_length = original, len(messages)

    def before_recap(self) -> tuple[Message, ...]:
        """Give what the last recap was made of, with what came after it.

        Raises:
            UsageError: there was none.
        """
        if not self._recapped:
            raise UsageError("there is no recap to make anew: compact first")
        return (*self._recapped, *self._messages[self._recap_length :])

    def rewrite(self, messages: Sequence[Message], why: str) -> None:
        """Take *messages* for the history: new ones from the first that differs."""
        same = 0
        for old, new in zip(self._messages, messages, strict=False):
            if old is not new:
                break
            same += 1
        self.replace(messages, HeadRecord(messages[same - 1].id if same else None, why))
        for message in messages[same:]:
            self.note(MessageRecord(message))

    def replace(self, messages: Sequence[Message], record: Record) -> None:
        """Take *messages* for the history, as *record* says to the session."""
        self._messages[:] = messages
        self.meter = self.meter.with_history(messages)
        self.note(record)

    def note(self, record: Record) -> None:
        """Write *record* into the session, if there is one."""
        if self.session is not None:
            self.session.append(record)

    async def barrier(self) -> None:
        """Wait until the disk has what was written."""
        if self.session is not None:
            await self.session.barrier()

    def spend(self, model: Model, response: ModelResponse, cost_usd: Decimal | None) -> None:
        """Count what *response* of *model* took."""
        record = SpendRecord(
            usage=response.usage,
            cost_usd=cost_usd,
            model_id=response.model_id or model.model_id,
            provider="",
        )
        self.spent = self.spent.plus(record)
        self.last_response_ns = time.time_ns()
        self.note(record)

    def spent_since(self, before: Spending) -> tuple[Usage, Decimal | None]:
        """Tell the tokens used since *before*, and their cost, None if it is not all known."""
        unpriced = self.spent.unpriced_calls > before.unpriced_calls
        cost_usd = None if unpriced else self.spent.cost_usd - before.cost_usd
        return self.spent.usage - before.usage, cost_usd

    def entitle(self, title: str) -> None:
        """Say what the agent is at."""
        self.title = title
        self.note(StateRecord(status=title))

    def status(self, *, name: str, phase: Phase, tasks: tuple[TaskStatus, ...]) -> AgentStatus:
        """Tell how the agent stands."""
        return AgentStatus(
            name=name,
            title=self.title,
            phase=phase,
            model_id=self.model.model_id,
            messages=len(self._messages),
            context_tokens=self.meter.tokens,
            context_window=self.model.context_window,
            usage=self.spent.usage,
            cost_usd=self.spent.cost_usd,
            unpriced_calls=self.spent.unpriced_calls,
            tasks=tasks,
        )
