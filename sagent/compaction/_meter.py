from collections.abc import Iterable, Sequence
from typing import Self

import attrs

from sagent.compaction._estimate import head_tokens, tokens_of, total_tokens
from sagent.message import Descriptor, Message
from sagent.model import Usage
from sagent.tool import ToolSpec

_LEAST_RATIO, _GREATEST_RATIO = 0.5, 8.0


@attrs.frozen(kw_only=True)
class Meter:
    """How full a window is.

    Up to the last answer that is what the vendor counted; what came after is estimated, and the
    estimate corrected by how the vendor's count compared with ours. Each step costs what the new
    message costs, however long the history is.

    Attributes:
        head: the estimate for the system prompt and the tools.
        estimated: the estimate for all that was put in, the head among it.
        counted: what the vendor counted last; 0 if it has counted nothing.
        since: the estimate for what was put in after that.
        ratio: how many tokens the vendor counts for each that is estimated.
    """

    head: int
    estimated: int
    counted: int = 0
    since: int
    ratio: float = 1.0
    _answer: int | None = attrs.field(default=None, repr=False, alias="answer")
    """The estimate for what was put in last, if it is a model's."""
    _expects_answer: bool = attrs.field(default=False, repr=False, alias="expects_answer")
    """Whether the next message, if a model's, is the answer that was counted already."""

    @classmethod
    def of(cls, system: str = "", tools: Sequence[ToolSpec] = ()) -> Self:
        """Begin with what every request carries before its messages."""
        return cls.beginning(head_tokens(system, tools))

    @classmethod
    def beginning(cls, head: int) -> Self:
        """Begin with *head* tokens, which every request carries before its messages."""
        return cls(head=head, estimated=head, since=head)

    @property
    def tokens(self) -> int:
        """How many tokens the next request has, without its answer."""
        return self.counted + round(self.since * self.ratio)

    def measure(self, messages: Iterable[Message]) -> int:
        """Estimate the tokens of *messages*, as this meter has learnt to."""
        return round(total_tokens(messages) * self.ratio)

    def with_message(self, message: Message) -> Self:
        """Put *message* in, at the end of the history."""
        return self.with_messages((message,))

    def with_messages(self, messages: Iterable[Message]) -> Self:
        """Put *messages* in, at the end of the history."""
        estimated, since = self.estimated, self.since
        answer, expects_answer = self._answer, self._expects_answer
        for message in messages:
            more = tokens_of(message)
            by_model = message.descriptor == Descriptor.MODEL
            estimated += more
            since += 0 if by_model and expects_answer else more
            answer, expects_answer = more if by_model else None, False
        # For each step of a turn: field by field takes a third of what `attrs.evolve` does.
        return type(self)(
            head=self.head,
            estimated=estimated,
            counted=self.counted,
            since=since,
            ratio=self.ratio,
            answer=answer,
            expects_answer=expects_answer,
        )

    def with_usage(self, usage: Usage) -> Self:
        """Take the vendor's count of a call: all that was put in so far, and the answer.

        The answer's message may be put in before or right after. A count of nothing, as servers
        send that do not count, is passed over.
        """
        sent = self.estimated - (self._answer or 0)
        if usage.input_tokens <= 0 or sent <= 0:
            return self
        ratio = min(max(usage.input_tokens / sent, _LEAST_RATIO), _GREATEST_RATIO)
        return type(self)(
            head=self.head,
            estimated=self.estimated,
            counted=usage.input_tokens + usage.output_tokens,
            since=0,
            ratio=ratio,
            answer=self._answer,
            expects_answer=self._answer is None,
        )

    def with_history(self, messages: Iterable[Message]) -> Self:
        """Begin again with *messages* as the whole history, and what was learnt of the vendor."""
        estimated = self.head + total_tokens(messages)
        return attrs.evolve(
            self, estimated=estimated, counted=0, since=estimated, answer=None, expects_answer=False
        )
