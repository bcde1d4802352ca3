"""What a history begins with after its compaction."""

from collections.abc import Iterator, Sequence

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
_GO_ON = (
    "Go on from the next step, unless a message after this one says otherwise. "
    "Do not answer the recap."
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


def new_history(
    text: str,
    *,
    dropped_rounds: int,
    kept: Sequence[Message],
    pending: Sequence[Message],
    attachments: Attachments,
    limits: ContextLimits,
    before: Meter,
) -> Recap:
    """Put a history together that is shorter than the one that *before* has measured.

    If it leaves less than half of the room for what comes, the attachments are left out, then the
    *kept* rounds. What is *pending* stays.

    Raises:
        CompactionError: the history would not be shorter, or is to be compacted again at once.
    """
    enough = before.head + max(0, limits.compact_at - before.head) // 2
    first = _introduced(text, dropped_rounds, attachments)
    parts = (first, *attach(attachments.files, attachments.skills, limits=limits))
    shortest: Recap | None = None
    for messages in _candidates(parts, kept, pending):
        after = before.with_history(messages).tokens
        shortest = Recap(
            messages=renewed(messages, parent_id=None),
            text=text,
            dropped_rounds=dropped_rounds,
            tokens_before=before.tokens,
            tokens_after=after,
        )
        if after <= enough and after < before.tokens:
            return shortest
    assert shortest is not None  # there is a candidate always
    if shortest.tokens_after < min(before.tokens, limits.compact_at):
        return shortest
    raise CompactionError(
        f"a recap would leave about {shortest.tokens_after} of {before.tokens} tokens: the system "
        "prompt, the tools and what was said last take the window, or there is little to shorten"
    )


def _candidates(
    parts: tuple[TextMessage, ...], kept: Sequence[Message], pending: Sequence[Message]
) -> Iterator[tuple[Message, ...]]:
    with_all = MultipartMessage(parts, Descriptor.USER_PARTS)
    alone = MultipartMessage(parts[:1], Descriptor.USER_PARTS)
    yield (with_all, *kept, *pending)
    yield (alone, *kept, *pending)
    yield (alone, *pending)


def _introduced(text: str, dropped_rounds: int, attachments: Attachments) -> TextMessage:
    notes = [_INTRODUCTION]
    if attachments.transcript is not None:
        notes.append(_TRANSCRIPT.format(attachments.transcript))
    if dropped_rounds:
        notes.append(_DROPPED.format(dropped_rounds))
    return TextMessage("\n\n".join([" ".join(notes), text, _GO_ON]), RECAP)
