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
from sagent.message import Descriptor, Message, TextMessage, response_text
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
_MORE = "What the user wants of this recap in particular: {}"


@attrs.frozen(kw_only=True)
class Question:
    """A request for a recap, and what to ask instead if it does not fit.

    Attributes:
        history: what is to be summarised; it is sent as it is if it fits.
        template: what the request has beside its messages.
        limits: those of the model that is asked.
        ratio: how many tokens its vendor counts for each that is estimated.
        ask: the words that ask.
        room: how many tokens the history may have, as estimated.
        attempts: how often was asked before.
    """

    history: tuple[Message, ...]
    template: ModelRequest
    limits: ContextLimits
    ratio: float
    ask: TextMessage
    room: int
    attempts: int = 0
    fitted: Fitted = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "fitted", fit(self.history, room=self.room))

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
        taken = head_tokens(template.system, template.tools) + tokens_of(ask)
        return cls(
            history=tuple(history),
            template=template,
            limits=limits,
            ratio=ratio,
            ask=ask,
            room=int((limits.window - limits.answer) / ratio) - taken,
        )

    @property
    def request(self) -> ModelRequest:
        """What the model is to be sent.

        The tools are those of the other requests, since another list would miss the vendor's cache.
        """
        return attrs.evolve(
            self.template,
            messages=(*self.fitted.messages, self.ask),
            max_response_tokens=self._longest(),
            output_schema=None,
        )

    def _longest(self) -> int | None:
        own = self.template.max_response_tokens
        if self.limits.max_output is None:
            return own
        head = head_tokens(self.template.system, self.template.tools)
        used = head + total_tokens([*self.fitted.messages, self.ask])
        room = self.limits.output_room(int(used * self.ratio))
        return max(1, min(room, self.limits.recap + _THINKING_TOKENS))

    def shorter(self, error: ContextOverflowError) -> Self:
        """Give the question to ask after a vendor has said that this one is too long.

        Raises:
            CompactionError: it was asked often enough, or there is nothing left to leave out.
        """
        if self.attempts + 1 >= MAX_ATTEMPTS:
            raise CompactionError(
                f"the request for a recap was too long {MAX_ATTEMPTS} times: {error}"
            ) from error
        sent = total_tokens(self.fitted.messages)
        fifth = sent - max(1, sent // 5)
        told = overflow_in(str(error))
        room = fifth
        if told:
            # What is there beside the history stays: all that is over comes out of it.
            scale = sent / told.counted
            room = min(int(sent - scale * (told.counted - told.limit)), sent - 1)
        try:
            return attrs.evolve(self, room=room, attempts=self.attempts + 1)
        except CompactionError as hopeless:
            raise hopeless from error


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
