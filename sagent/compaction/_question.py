"""The request for a recap: the conversation as it was sent before, then the words that ask."""

from collections.abc import Mapping, Sequence
from typing import Self

import attrs

from sagent.compaction._estimate import head_tokens, tokens_of, total_tokens
from sagent.compaction._fit import Fitted, fit
from sagent.compaction._limits import ContextLimits
from sagent.compaction._overflow import overflow_in
from sagent.compaction._sections import SCHEMA, SECTIONS, read_sections
from sagent.errors import CompactionError, ContextOverflowError
from sagent.lib.json import JSON
from sagent.message import Descriptor, Message, TextMessage, response_text
from sagent.model import ModelRequest, ModelResponse, StopReason

MAX_ATTEMPTS = 3
"""How often a recap is asked for at most, shorter each time."""
_THINKING_TOKENS = 16_000
"""What a model may think, beside what it writes."""
_WRITTEN_BY_ALL = 4_096
"""What every model may write at least, so that it can be asked for though nothing is known."""
_WORDS_PER_TOKEN = 0.7
_ASK = """\
[This is not from the user.] Write a recap of this conversation now, in {words} words at most. It \
will take the conversation's place: you will go on working from it without seeing the rest. Call \
no tools, and do nothing else that was asked for above.

Be exact where it matters later: names, paths, commands, numbers, error messages. Leave out what \
can be read again in files. If the conversation begins with an earlier recap, carry over what of \
it still holds.

Answer these questions, each under its heading:

{headings}

Begin with "## Goal"."""
_FIRMLY = "Your answer is text alone, and no tool will be run any more."
_MORE = "What the user wants of this recap in particular: {}"


@attrs.frozen(kw_only=True)
class Question:
    """A request for a recap, and what to ask instead if it does not do.

    Attributes:
        history: what is to be summarised.
        fitted: what is sent of it: all, as it is, if it fits.
        template: what the request has beside its messages.
        limits: those of the model that is asked.
        ratio: how many tokens its vendor counts for each that is estimated.
        ask: the words that ask.
        schema: what the answer is held to; None for text under headings.
        attempts: how often was asked for too much before.
    """

    history: tuple[Message, ...]
    fitted: Fitted
    template: ModelRequest
    limits: ContextLimits
    ratio: float
    ask: TextMessage
    schema: Mapping[str, JSON] | None = None
    attempts: int = 0

    @classmethod
    def of(
        cls,
        history: Sequence[Message],
        *,
        template: ModelRequest,
        limits: ContextLimits,
        ratio: float,
        recap_tokens: int,
        instructions: str,
    ) -> Self:
        """Ask for a recap of *history* of *recap_tokens* at most.

        Raises:
            CompactionError: no part of it fits the window.
        """
        ask = _ask(recap_tokens, instructions)
        answer = min(limits.answer, limits.recap + _THINKING_TOKENS)
        taken = head_tokens(template.system, template.tools) + tokens_of(ask)
        return cls(
            history=tuple(history),
            fitted=fit(history, room=int((limits.window - answer) / ratio) - taken),
            template=template,
            limits=limits,
            ratio=ratio,
            ask=ask,
        )

    @property
    def request(self) -> ModelRequest:
        """What the model is to be sent.

        The tools are those of the other requests, since another list would miss the vendor's cache.
        """
        return attrs.evolve(
            self.template,
            messages=(*self.fitted.messages, self.ask),
            max_response_tokens=self._longest,
            output_schema=self.schema,
        )

    def shorter(self, error: ContextOverflowError) -> Self:
        """Give the question to ask after a vendor has said that this one is too long.

        Raises:
            CompactionError: it was asked often enough, or there is nothing left to leave out.
        """
        attempts = self.attempts + 1
        if attempts == MAX_ATTEMPTS:
            raise CompactionError(
                f"the request for a recap did not fit, {attempts} times: let a model with a longer "
                f"window write recaps, or begin anew ({error})"
            ) from error
        sent = total_tokens(self.fitted.messages)
        over = sent // 5
        if told := overflow_in(str(error)):
            gap = told.counted - told.limit + min(self.limits.recap, told.limit // 4)
            over = gap * self._sent // told.counted
        fitted = fit(self.history, room=sent - max(1, over))
        return attrs.evolve(self, fitted=fitted, attempts=attempts)

    def firmer(self) -> Self:
        """Give the question to ask after the model has answered with something else than a recap.

        It holds the model to the sections, where its vendor can, at the cost of the vendor's cache.

        Raises:
            CompactionError: that did not help before.
        """
        if self.schema is not None:
            raise CompactionError(
                "the model wrote no recap: there was nothing under Goal and Next step, twice: try "
                "again, or let another model write recaps"
            )
        ask = TextMessage(f"{self.ask.content}\n\n{_FIRMLY}", Descriptor.USER)
        return attrs.evolve(self, ask=ask, schema=SCHEMA)

    @property
    def _sent(self) -> int:
        head = head_tokens(self.template.system, self.template.tools)
        return head + total_tokens((*self.fitted.messages, self.ask))

    @property
    def _longest(self) -> int | None:
        if self.limits.max_output is None:
            held = self.limits.answer
            return held if held <= _WRITTEN_BY_ALL else self.template.max_response_tokens
        room = self.limits.output_room(int(self._sent * self.ratio))
        return max(1, min(room, self.limits.recap + _THINKING_TOKENS))


def recap_in(response: ModelResponse) -> str | None:
    """Find the recap in a model's answer, section by section; None if it holds something else.

    Raises:
        CompactionError: the model broke off, or would not answer.
    """
    text = response_text(response.content)
    match response.stop_reason:
        case StopReason.MAX_TOKENS:
            raise CompactionError(
                "the recap was cut off by the length limit: ask for a shorter one"
            )
        case StopReason.REFUSAL | StopReason.FILTERED:
            raise CompactionError(
                f"the model would not write a recap ({response.stop_reason}): "
                f"{text[:200] or 'it said nothing'}"
            )
        case StopReason.FINISHED | StopReason.TOOL_USE:
            return read_sections(text)


def _ask(recap_tokens: int, instructions: str) -> TextMessage:
    words = int(recap_tokens * _WORDS_PER_TOKEN)
    headings = "\n".join(f"## {name}\n{question}" for name, question in SECTIONS.items())
    text = _ASK.format(words=words, headings=headings)
    more = f"\n\n{_MORE.format(instructions.strip())}" if instructions.strip() else ""
    return TextMessage(text + more, Descriptor.USER)
