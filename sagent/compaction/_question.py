"""The request for a recap: the conversation as it was sent before, then the words that ask."""

from collections.abc import Sequence
from typing import Self

import attrs

from sagent.compaction._estimate import head_tokens, tokens_of, total_tokens
from sagent.compaction._fit import Fitted, fit
from sagent.compaction._limits import ContextLimits
from sagent.compaction._overflow import overflow_in
from sagent.compaction._sections import SECTIONS, read_sections
from sagent.errors import CompactionError, ContextOverflowError
from sagent.message import Descriptor, Message, TextMessage, response_text, response_tool_calls
from sagent.model import ModelRequest, ModelResponse, StopReason

MAX_ATTEMPTS = 3
"""How often a recap is asked for at most, shorter each time."""
_THINKING_TOKENS = 16_000
"""What a model may think, beside what it writes."""
_WORDS_PER_TOKEN = 0.7
_ASK = """\
[This is not from the user.] The conversation has become too long and is about to be replaced by \
a recap, from which you will go on working without seeing the rest. Write that recap now, in \
{words} words at most. Call no tools, and do nothing else that was asked for above.

Be exact where it matters later: names, paths, commands, numbers, error messages. Leave out what \
can be read again in files. If the conversation begins with an earlier recap, carry over what of \
it still holds. Use these headings, each on a line of its own, and nothing before the first:

{headings}"""
_FIRMLY = "No tool will be run any more: answer with the text of the recap, and nothing else."
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
        attempts: how often was asked before.
    """

    history: tuple[Message, ...]
    fitted: Fitted
    template: ModelRequest
    limits: ContextLimits
    ratio: float
    ask: TextMessage
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
            output_schema=None,
        )

    def shorter(self, error: ContextOverflowError) -> Self:
        """Give the question to ask after a vendor has said that this one is too long.

        Raises:
            CompactionError: it was asked often enough, or there is nothing left to leave out.
        """
        attempts = self._another("the request for it did not fit", error)
        sent = total_tokens(self.fitted.messages)
        over = sent // 5
        if told := overflow_in(str(error)):
            gap = told.counted - told.limit + min(self.limits.recap, told.limit // 4)
            over = gap * self._sent // told.counted
        fitted = fit(self.history, room=sent - max(1, over))
        return attrs.evolve(self, fitted=fitted, attempts=attempts)

    def firmer(self) -> Self:
        """Give the question to ask after the model has called tools instead of answering.

        Raises:
            CompactionError: it was asked often enough.
        """
        attempts = self._another("the model called tools instead", None)
        ask = TextMessage(f"{self.ask.content}\n\n{_FIRMLY}", Descriptor.USER)
        return attrs.evolve(self, ask=ask, attempts=attempts)

    def _another(self, reason: str, cause: ContextOverflowError | None) -> int:
        if self.attempts + 1 >= MAX_ATTEMPTS:
            said = f" ({cause})" if cause else ""
            raise CompactionError(
                f"a recap was asked for {MAX_ATTEMPTS} times, and last {reason}{said}: take "
                "another model for recaps, or begin anew"
            ) from cause
        return self.attempts + 1

    @property
    def _sent(self) -> int:
        head = head_tokens(self.template.system, self.template.tools)
        return head + total_tokens((*self.fitted.messages, self.ask))

    @property
    def _longest(self) -> int | None:
        if self.limits.max_output is None:
            return self.template.max_response_tokens
        room = self.limits.output_room(int(self._sent * self.ratio))
        return max(1, min(room, self.limits.recap + _THINKING_TOKENS))


def calls_instead(response: ModelResponse) -> bool:
    """Tell whether the model called tools and said nothing."""
    return bool(response_tool_calls(response.content)) and not response_text(response.content)


def recap_in(response: ModelResponse) -> str:
    """Find the recap in a model's answer, section by section.

    Raises:
        CompactionError: there is none, or not all of it.
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
    headings = "\n".join(f"## {name}\n({content})" for name, content in SECTIONS.items())
    text = _ASK.format(words=words, headings=headings)
    more = f"\n\n{_MORE.format(instructions.strip())}" if instructions.strip() else ""
    return TextMessage(text + more, Descriptor.USER)
