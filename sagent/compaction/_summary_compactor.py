from collections.abc import Sequence

import attrs

from sagent.compaction._attachments import Attachments
from sagent.compaction._compactor import BARE_REQUEST, NOTHING_ATTACHED, Ask
from sagent.compaction._estimate import total_tokens
from sagent.compaction._limits import ContextLimits
from sagent.compaction._meter import Meter
from sagent.compaction._question import Question, recap_in
from sagent.compaction._recap import Draft, Recap
from sagent.compaction._rounds import Parts
from sagent.compaction._words import words_in
from sagent.errors import CompactionError, ContextOverflowError, ModelError, UsageError
from sagent.message import Message
from sagent.model import Model, ModelRequest

_LEAST_RECAP_TOKENS = 100
"""Seven headings, and a few words under each."""


@attrs.frozen(kw_only=True)
class SummaryCompactor:
    """Lets a model write the recap, section by section.

    Attributes:
        model: what writes it; None for the agent's own model, whose vendor has the conversation in
            its cache.
        instructions: what every recap is to heed.
        keep_recent: how many of the last rounds stay word for word, a round being what the model
            said and all up to its next word; fewer if they take more than an eighth of the window.
        recap_tokens: how long a recap may be; None for a share of the window, 8,000 at most.

    Raises:
        UsageError: a number is too small.
    """

    model: Model | None = None
    instructions: str = ""
    keep_recent: int = 1
    recap_tokens: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.keep_recent < 0:
            raise UsageError(f"keep_recent is {self.keep_recent}: keep 0 rounds or more")
        if self.recap_tokens is not None and self.recap_tokens < _LEAST_RECAP_TOKENS:
            raise UsageError(
                f"recap_tokens is {self.recap_tokens}: allow {_LEAST_RECAP_TOKENS} at least"
            )

    async def compact(
        self,
        history: Sequence[Message],
        *,
        ask: Ask,
        limits: ContextLimits,
        instructions: str = "",
        attachments: Attachments = NOTHING_ATTACHED,
        template: ModelRequest = BARE_REQUEST,
        meter: Meter | None = None,
    ) -> Recap:
        """Ask for a recap until one comes; see `Compactor`."""
        parts = Parts.of(history)
        if not parts.rounds:
            raise CompactionError("there is nothing to make a recap of: the model has said nothing")
        if meter is None:
            meter = Meter.of(template.system, template.tools).with_history(history)
        asked = self._asked(limits)
        summarised = history[: len(history) - len(parts.pending)]
        question = Question.of(
            summarised,
            template=template,
            limits=asked,
            ratio=meter.ratio,
            recap_tokens=min(self.recap_tokens or limits.recap, limits.recap, asked.recap),
            instructions="\n".join(filter(None, (self.instructions, instructions))),
        )
        text, dropped_rounds = await _answered(question, ask)
        kept = self._kept(parts, int(limits.kept / meter.ratio))
        draft = Draft(
            text=text,
            dropped_rounds=dropped_rounds,
            words=words_in(summarised, room=limits.words),
            kept=kept,
            pending=parts.pending,
            attachments=attachments,
        )
        return draft.finished(limits, meter)

    def _asked(self, limits: ContextLimits) -> ContextLimits:
        window = self.model.context_window if self.model else None
        return ContextLimits.of(window, None) if window else limits

    def _kept(self, parts: Parts, room: int) -> tuple[Message, ...]:
        kept: tuple[Message, ...] = ()
        most = min(self.keep_recent, len(parts.rounds) - 1)
        for group in reversed(parts.rounds[len(parts.rounds) - most :]):
            if total_tokens((*group, *kept)) > room:
                break
            kept = (*group, *kept)
        return kept


async def _answered(question: Question, ask: Ask) -> tuple[str, int]:
    """Ask until there is a recap; tell also how many of the oldest rounds it does not cover."""
    while True:
        try:
            response = await ask(question.request)
        except ContextOverflowError as error:
            question = question.shorter(error)
            continue
        except ModelError as error:
            raise CompactionError(f"the request for a recap failed: {error}") from error
        text = recap_in(response)
        if text is not None:
            return text, question.fitted.dropped_rounds
        question = question.firmer()
