"""What a history begins with after its compaction."""

import attrs

from sagent.compaction._attachments import Attachments, attach
from sagent.compaction._limits import ContextLimits
from sagent.compaction._lineage import renewed
from sagent.compaction._meter import Meter
from sagent.errors import CompactionError
from sagent.message import Descriptor, Message, MultipartMessage, TextMessage

RECAP = "text/x-recap"
"""The descriptor of the part of a user's message that holds a recap."""
_INTRODUCTION = (
    "[This is not from the user: the conversation up to here became too long, and this recap, "
    "which you wrote, stands in its place.]"
)
_TRANSCRIPT = (
    "The whole conversation is in {}, as JSON lines: search there for what this recap leaves out."
)
_DROPPED = (
    "The oldest {} round(s) of it did not fit when the recap was written and are not covered, "
    "but for what was known of them later."
)
_WORDS = "[What the user said up to here, word for word, the newest last:]"
_END_OF_WORDS = "[These were the user's words.]"
_GO_ON = (
    "[Go on from the next step, unless a message after this one says otherwise. "
    "Do not answer the recap.]"
)


@attrs.frozen(kw_only=True)
class Recap:
    """A history in short.

    Attributes:
        messages: what the new history begins with; its ids are new.
        text: the recap itself, section by section.
        dropped_rounds: how many of the oldest rounds the recap does not cover.
        tokens_before: about how many tokens a request had before, system prompt and tools included.
        tokens_after: about how many it has now.
    """

    messages: tuple[Message, ...]
    text: str
    dropped_rounds: int
    tokens_before: int
    tokens_after: int


def is_recap(message: Message) -> bool:
    """Tell whether *message* is one that a compaction put at the beginning of a history."""
    return isinstance(message, MultipartMessage) and any(
        part.descriptor == RECAP for part in message.content
    )


@attrs.frozen(kw_only=True)
class Draft:
    """What a new history is made of.

    Attributes:
        text: the recap.
        dropped_rounds: how many of the oldest rounds it does not cover.
        words: what the user said, as parts of a message.
        kept: the rounds that stay word for word.
        pending: what the user said last.
        attachments: what the recap brings along.
    """

    text: str
    dropped_rounds: int
    words: tuple[TextMessage, ...]
    kept: tuple[Message, ...]
    pending: tuple[Message, ...]
    attachments: Attachments

    def finished(self, limits: ContextLimits, before: Meter) -> Recap:
        """Put a history together that is shorter than the one that *before* has measured.

        If it leaves less than half of the room for what comes, files and skills are left out, then
        the rounds that were to stay, then the plan.

        Raises:
            CompactionError: the history would not be shorter, or is to be compacted again at once.
        """
        head = before.with_history(()).tokens
        enough = min(head + max(0, limits.compact_at - head) // 2, before.tokens - 1)
        recap = self._recap(self._shown(limits), self.kept, before)
        plan = attach((), (), plan=self.attachments.plan, limits=limits)
        for attached, kept in ((plan, self.kept), (plan, ()), ((), ())):
            if recap.tokens_after > enough:
                recap = self._recap(attached, kept, before)
        if recap.tokens_after < min(before.tokens, limits.compact_at):
            return recap
        raise CompactionError(
            f"a recap would leave about {recap.tokens_after} of {before.tokens} tokens: the system "
            "prompt, the tools and what was said last take the window, or there is little to "
            "shorten"
        )

    def _shown(self, limits: ContextLimits) -> tuple[TextMessage, ...]:
        attached = self.attachments
        return attach(attached.files, attached.skills, plan=attached.plan, limits=limits)

    def _recap(
        self, attached: tuple[TextMessage, ...], kept: tuple[Message, ...], before: Meter
    ) -> Recap:
        words = (TextMessage(_WORDS), *self.words, TextMessage(_END_OF_WORDS)) if self.words else ()
        parts = (TextMessage(self._introduced(), RECAP), *words, *attached, TextMessage(_GO_ON))
        first = MultipartMessage(parts, Descriptor.USER_PARTS)
        messages = renewed((first, *kept, *self.pending), parent_id=None)
        return Recap(
            messages=messages,
            text=self.text,
            dropped_rounds=self.dropped_rounds,
            tokens_before=before.tokens,
            tokens_after=before.with_history(messages).tokens,
        )

    def _introduced(self) -> str:
        notes = [_INTRODUCTION]
        if self.attachments.transcript is not None:
            notes.append(_TRANSCRIPT.format(self.attachments.transcript))
        if self.dropped_rounds:
            notes.append(_DROPPED.format(self.dropped_rounds))
        return f"{' '.join(notes)}\n\n{self.text}"
