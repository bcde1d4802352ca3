"""What happens in a run, as it happens."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import ClassVar

import attrs

from sagent.lib.json import JSON
from sagent.message import (
    Descriptor,
    JsonMessage,
    Message,
    TextMessage,
    is_error,
    result_text,
)
from sagent.model import Usage
from sagent.tool import Answer, Plan, Question, plan_as_json


@attrs.frozen
class Text:
    """More of the answer.

    Attributes:
        content: what was said, a piece of the answer.
    """

    descriptor: ClassVar[str] = Descriptor.TEXT
    content: str


@attrs.frozen
class Thinking:
    """More of the model's thinking.

    Attributes:
        content: what was thought, or a summary of it, in pieces.
    """

    descriptor: ClassVar[str] = Descriptor.THINKING
    content: str


@attrs.frozen(kw_only=True)
class ToolCalled:
    """A tool is about to run."""

    descriptor: ClassVar[str] = Descriptor.TOOL_CALL
    call_id: str
    """Tells this call from others."""
    name: str
    """The tool's."""
    summary: str
    """The call in a few words, for people."""
    content: JSON
    """The directive."""


@attrs.frozen(kw_only=True)
class ToolReturned:
    """A tool has given its result.

    Attributes:
        call_id: tells the call from others.
        name: the tool's.
        message: the result.
    """

    descriptor: ClassVar[str] = Descriptor.TOOL_RESULT
    call_id: str
    name: str
    message: Message = attrs.field(repr=False)

    @property
    def content(self) -> str:
        """The result's text, as the model reads it."""
        return result_text(self.message)

    @property
    def is_error(self) -> bool:
        """Whether the tool failed."""
        return is_error(self.message)


@attrs.frozen(kw_only=True)
class Retrying:
    """A call of the model failed in passing, and is made again; nothing of it was shown."""

    descriptor: ClassVar[str] = Descriptor.STATUS
    content: str
    """Why, in one line."""
    attempt: int
    """Which attempt comes next, the first having been 1."""
    delay_s: float
    """After how long."""


@attrs.frozen(kw_only=True)
class ToolProgressed:
    """A tool that runs has something to show already."""

    descriptor: ClassVar[str] = Descriptor.TOOL_PROGRESS
    call_id: str
    """Tells the call from others."""
    name: str
    """The tool's."""
    content: str
    """What it told; some may have been left out when it told much at once."""


@attrs.frozen(kw_only=True)
class ToolDetached:
    """A tool goes on in the background; its result comes later.

    Attributes:
        call_id: tells the call from others.
        name: the tool's.
    """

    descriptor: ClassVar[str] = Descriptor.STATUS
    call_id: str
    name: str

    @property
    def content(self) -> str:
        """What has happened, in one line."""
        return f"{self.name} runs in the background as {self.call_id}"


@attrs.frozen
class Notice:
    """Something happened to the agent that people should know of, in one line.

    Attributes:
        content: the line.
    """

    descriptor: ClassVar[str] = Descriptor.STATUS
    content: str


@attrs.frozen
class Titled:
    """The agent says what it is at.

    Attributes:
        content: what it is at, in a few words.
    """

    descriptor: ClassVar[str] = Descriptor.TITLE
    content: str


@attrs.frozen
class Planned:
    """The agent has a plan, in place of the one before; an empty one is none any more.

    Attributes:
        items: its steps, in their order.
    """

    descriptor: ClassVar[str] = Descriptor.PLAN
    items: Plan

    @property
    def content(self) -> JSON:
        """The items, each with its ``content`` and ``status``; see `plan_as_json`."""
        return plan_as_json(self.items)


@attrs.frozen
class UserAsked:
    """The agent asks a person, and waits.

    Attributes:
        question: what is asked, by whom, and with which choices.
    """

    descriptor: ClassVar[str] = Descriptor.QUESTION
    question: Question

    @property
    def content(self) -> JSON:
        """The question with its choices, each with ``label`` and ``description``."""
        return {
            "question": self.question.text,
            "choices": [attrs.asdict(choice) for choice in self.question.choices],
            "allow_other": self.question.allow_other,
            "multiple": self.question.multiple,
        }


@attrs.frozen
class QuestionClosed:
    """A question is not to be answered any more: it was, or it was withdrawn.

    Attributes:
        question: as it was asked.
        answer: what the person said; None for a question that was withdrawn.
    """

    descriptor: ClassVar[str] = Descriptor.ANSWER
    question: Question
    answer: Answer | None

    @property
    def content(self) -> JSON:
        """The question and its answer, with ``chosen`` and ``other``; null for none."""
        answer = None if self.answer is None else attrs.asdict(self.answer)
        return {"question": self.question.text, "answer": answer}


@attrs.frozen(kw_only=True)
class Compacted:
    """The history was replaced by a recap of it."""

    descriptor: ClassVar[str] = Descriptor.COMPACTED
    content: str
    """The recap."""
    tokens_before: int
    """About how many tokens the history had."""
    tokens_after: int
    """About how many the recap has, with what stands before it."""


@attrs.frozen
class Interrupted:
    """The turn was interrupted; the agent waits for what comes next.

    Attributes:
        content: what people are told of it.
    """

    descriptor: ClassVar[str] = Descriptor.INTERRUPTED
    content: str = "interrupted"


@attrs.frozen
class TurnBegan:
    """The agent begins to answer. Told to who watches an agent, as what follows.

    Attributes:
        sources: who has said what it answers: the path of an agent, or None for a user; none for
            news of its own tools.
    """

    descriptor: ClassVar[str] = Descriptor.TURN
    sources: tuple[str | None, ...] = ()

    @property
    def content(self) -> JSON:
        """Who has said what it answers."""
        return self.sources


@attrs.frozen
class ModelAsked:
    """The agent's model is asked for a response. Told to who watches an agent.

    Attributes:
        model_id: the vendor's name for the model.
    """

    descriptor: ClassVar[str] = Descriptor.MODEL_REQUEST
    model_id: str

    @property
    def content(self) -> str:
        """Which model."""
        return self.model_id


@attrs.frozen
class Responded:
    """The model has finished one response.

    Attributes:
        usage: what that call took.
        cost_usd: what it cost, in US dollars; None if its price is not known.
    """

    descriptor: ClassVar[str] = Descriptor.DONE
    usage: Usage
    cost_usd: Decimal | None = None

    @property
    def content(self) -> JSON:
        """The tokens of the call, and its cost as a decimal number in a string."""
        return {
            "input_tokens": self.usage.input_tokens,
            "output_tokens": self.usage.output_tokens,
            "cached_tokens": self.usage.cached_tokens,
            "cost_usd": None if self.cost_usd is None else f"{self.cost_usd:f}",
        }


@attrs.frozen
class Failed:
    """A turn has failed, and the agent goes on. Told to who watches an agent: a run raises.

    Attributes:
        content: what went wrong, in a line.
    """

    descriptor: ClassVar[str] = Descriptor.ERROR
    content: str


@attrs.frozen
class Done:
    """The run has ended with its answer, and nothing follows.

    Who watches an agent is told so of each turn that answers prompts; the agent goes on.
    """

    descriptor: ClassVar[str] = "result"
    message: TextMessage | JsonMessage
    """The answer."""
    usage: Usage
    """All tokens of the run, or of the turn."""
    cost_usd: Decimal | None = None
    """What that cost, in US dollars; None if the price of one of its calls is not known."""

    @property
    def content(self) -> JSON:
        """The answer: a text, or a JSON value where the run has an output schema."""
        return self.message.content

    @property
    def text(self) -> str:
        """The answer as text."""
        return result_text(self.message)


type OwnEvent = (
    Text
    | Thinking
    | ToolCalled
    | ToolProgressed
    | ToolDetached
    | ToolReturned
    | Retrying
    | Notice
    | Titled
    | Planned
    | UserAsked
    | QuestionClosed
    | Compacted
    | Interrupted
    | TurnBegan
    | ModelAsked
    | Responded
    | Failed
    | Done
)
"""What happens to an agent itself."""


@attrs.frozen(kw_only=True)
class ChildEvent:
    """Something happened to an agent that this one has started, or one that was started below.

    What these say, think and show in pieces is told to those who watch them alone.
    """

    descriptor: ClassVar[str] = Descriptor.CHILD_EVENT
    path: str
    """Which agent, by its place in the tree of actors."""
    event: OwnEvent
    """What happened."""

    @property
    def name(self) -> str:
        """The agent's name."""
        return self.path.rpartition("/")[2]

    @property
    def content(self) -> JSON:
        """What the event has to say."""
        return self.event.content


type RunEvent = OwnEvent | ChildEvent
"""What a run gives, and a watcher. Each has a `descriptor`, as messages have, and `content`."""

type Emit = Callable[[RunEvent], Awaitable[None]]
"""Where an agent's events go; it may wait for a slow reader."""


async def discard(event: RunEvent) -> None:
    """Let *event* go: nobody watches."""
