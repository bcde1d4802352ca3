"""What an agent remembers from one turn to the next, and writes into its session."""

import time
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

import attrs

from sagent.agent._history import History
from sagent.agent._journal import Journal
from sagent.agent._original import Original
from sagent.agent._share import Share
from sagent.agent._status import AgentStatus, Phase
from sagent.compaction import Meter, rewound_plan
from sagent.errors import UnknownNameError, UsageError
from sagent.message import Message, child_of, new_id
from sagent.model import Effort, Model, ModelResponse, Usage
from sagent.prompt import Rule
from sagent.session import (
    CompactionRecord,
    HeadRecord,
    MessageRecord,
    Record,
    Session,
    Spending,
    SpendRecord,
    StateRecord,
    repair,
)
from sagent.tool import FileStamp, Plan, TaskStatus, Workspace


@attrs.define(eq=False)
class AgentState:
    """An agent's history, its place in the file system, its model, and what it has used.

    Attributes:
        model: what answers next.
        meter: how full its window is.
        workspace: the agent's place in the file system.
        journal: what writes all of this into the session, if there is one.
        title: what it says it is at.
        plan: what it has set out to do.
        max_request_tokens: what is sent at most; None for what the window takes.
        effort: how hard the model is to think; None for its own.
        max_response_tokens: what an answer may have at most; None for the model's own limit.
        conversation_id: names the conversation to vendors, whose caches serve it best from one
            place.
        spent: what all calls took.
        share: what it may take, if another has started it.
        ended_below: what agents that were started below took, and have ended.
        given_rules: the instructions for files that the history has.
        told_changes: how files were when it was told that they had changed; None for gone.
        last_response_ns: when the model answered last, in nanoseconds since the epoch; 0 for never.
    """

    model: Model
    meter: Meter
    workspace: Workspace = attrs.field(factory=Workspace)
    journal: Journal = attrs.field(factory=partial(Journal, None))
    title: str = ""
    plan: Plan = ()
    max_request_tokens: int | None = None
    max_response_tokens: int | None = None
    effort: Effort | None = None
    conversation_id: str = attrs.field(factory=new_id)
    spent: Spending = attrs.field(default=Spending())
    share: Share | None = attrs.field(default=None, init=False)
    ended_below: Spending = attrs.field(default=Spending(), init=False)
    last_response_ns: int = 0
    given_rules: list[Rule] = attrs.field(factory=list[Rule], init=False)
    told_changes: dict[Path, FileStamp | None] = attrs.field(
        factory=dict[Path, FileStamp | None], init=False
    )
    _messages: list[Message] = attrs.field(factory=list[Message], alias="messages")
    _original: Original = attrs.field(default=Original(), init=False)

    @property
    def session(self) -> Session | None:
        """Where all of this is kept; None to keep it in memory alone."""
        return self.journal.session

    @property
    def head(self) -> str | None:
        """The id of the last message; None before the first."""
        return self._messages[-1].id if self._messages else None

    @property
    def messages(self) -> tuple[Message, ...]:
        """The history, oldest first."""
        return tuple(self._messages)

    @property
    def history(self) -> History:
        """The history as it stands, of which nothing is copied."""
        return History(self._messages, len(self._messages))

    def check_fits(self, model: Model) -> None:
        """See whether *model* can carry the conversation.

        Raises:
            UsageError: its window is too small.
        """
        window, tokens = model.context_window, self.meter.tokens
        if window is not None and tokens > window:
            raise UsageError(
                f"the conversation has some {tokens} tokens, and {model.model_id} takes {window}: "
                "compact it first"
            )

    def record(self, messages: Sequence[Message]) -> None:
        """Append *messages*, each as the child of the one before it."""
        count, session = len(self._messages), self.session
        for message in messages:
            child = child_of(message, self.head)
            if session is not None and child.id in session.transcript.messages:
                child = attrs.evolve(child, id=new_id())  # a model may say one message twice
            self._messages.append(child)
            if session is not None:
                self.journal.note(MessageRecord(child))
        if messages:
            self.meter = self.meter.with_messages(self._messages[count:])

    def clear(self) -> None:
        """Forget the history; the session keeps it, behind its head."""
        self.replace((), HeadRecord(None, "clear"))
        self._original = Original()
        self.set_plan(())
        self.conversation_id = new_id()

    def compact(self, messages: Sequence[Message], original: tuple[Message, ...], why: str) -> None:
        """Go on with *messages*, a recap of *original*, in place of the history.

        The session keeps that.
        """
        self.replace((), CompactionRecord(replaced=self.head, why=why))
        self.record(messages)
        self._original = Original(original, len(messages))

    def before_recap(self) -> tuple[Message, ...]:
        """Give what the last recap was made of, with what came after it.

        Raises:
            UsageError: there was none.
        """
        original = self._original
        if not original.messages and self.session is not None:
            original = Original.in_session(self.session.transcript, self._messages)
        if not original.messages:
            raise UsageError("there is no recap to make anew: compact first")
        return (*original.messages, *self._messages[original.length :])

    def rewrite(self, messages: Sequence[Message], why: str) -> None:
        """Take *messages* for the history: new ones from the first that differs."""
        same = 0
        for old, new in zip(self._messages, messages, strict=False):
            if old is not new:
                break
            same += 1
        self.replace(messages, HeadRecord(messages[same - 1].id if same else None, why))
        for message in messages[same:]:
            self.journal.note(MessageRecord(message))

    def rewind(self, to: str) -> int:
        """Go back to the message *to*, and give how many messages there are then.

        Its open calls get results that say so. The session keeps what came after it, which can be
        gone back to in the same way.

        Raises:
            UnknownNameError: there is no such message.
        """
        path = self._path_to(to)
        if path[:1] != tuple(self._messages[:1]):  # the recap, if there was one, is left
            self._original = Original()
        self._mend(path, "rewind")
        self.set_plan(rewound_plan(self._messages, self.plan))
        return len(self._messages)

    def mend(self) -> None:
        """Give each tool call of the history its one result, where a crash has left it without."""
        self._mend(self._messages, "repair")

    def _mend(self, history: Sequence[Message], why: str) -> None:
        """Take *history*, with one result for each of its calls."""
        needed = repair(history)
        if needed.head != self.head:
            kept = next((n for n, each in enumerate(history, 1) if each.id == needed.head), 0)
            self.replace(history[:kept], HeadRecord(needed.head, why))
        self.record(needed.messages)

    def _path_to(self, to: str) -> tuple[Message, ...]:
        for count, message in enumerate(self._messages, 1):
            if message.id == to:
                return tuple(self._messages[:count])
        if self.session is not None:
            return self.session.transcript.path_to(to)
        raise UnknownNameError(f"there is no message {to} to go back to: see Agent.messages")

    def replace(self, messages: Sequence[Message], record: Record) -> None:
        """Take *messages* for the history, as *record* says to the session."""
        self._messages = list(messages)  # another list: a request may look at the one before
        self.meter = self.meter.with_history(messages)
        self.journal.note(record)

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
        self.journal.note(record)
        self.note_share()

    def note_share(self) -> None:
        """Write down what was taken of what it may take."""
        if self.share is not None:
            self.share.note()

    def spent_since(self, before: Spending) -> tuple[Usage, Decimal | None]:
        """Tell the tokens used since *before*, and their cost, None if it is not all known."""
        unpriced = self.spent.unpriced_calls > before.unpriced_calls
        cost_usd = None if unpriced else self.spent.cost_usd - before.cost_usd
        return self.spent.usage - before.usage, cost_usd

    def entitle(self, title: str) -> None:
        """Say what the agent is at."""
        self.title = title
        self.journal.note(StateRecord(status=title))

    def note_starts(self, starts: int) -> None:
        """Write down how many agents were started since a person has said something."""
        self.journal.note(StateRecord(starts=starts))

    def set_plan(self, plan: Plan) -> None:
        """Set out to do *plan*."""
        if plan != self.plan:
            self.plan = plan
            self.journal.note(StateRecord(plan=plan))

    def status(
        self, *, name: str, task: str, phase: Phase, tasks: tuple[TaskStatus, ...]
    ) -> AgentStatus:
        """Tell how the agent stands."""
        return AgentStatus(
            name=name,
            title=self.title,
            task=task,
            phase=phase,
            model_id=self.model.model_id,
            effort=self.effort,
            messages=len(self._messages),
            context_tokens=self.meter.tokens,
            context_window=self.model.context_window,
            usage=self.spent.usage,
            cost_usd=self.spent.cost_usd,
            unpriced_calls=self.spent.unpriced_calls,
            ended_below=self.ended_below,
            tasks=tasks,
            plan=self.plan,
        )
