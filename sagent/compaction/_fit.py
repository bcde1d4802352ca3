"""A history made to fit the request for its recap, at the price of what is least missed."""

from collections.abc import Callable, Sequence

import attrs

from sagent.compaction._estimate import total_tokens
from sagent.compaction._excerpt import both_ends
from sagent.compaction._lineage import renewed, replaced
from sagent.compaction._rounds import Parts
from sagent.errors import CompactionError
from sagent.lib.json import json_dumps
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    result_text,
)

RESULT_TOKENS = 2_000
"""What is kept of each result where not everything fits."""
_LEFT_OUT = "[{} earlier round(s) of this conversation were left out here: they did not fit.]"


@attrs.frozen
class Fitted:
    """What is sent of a history, and how many of its oldest rounds are not."""

    messages: tuple[Message, ...]
    dropped_rounds: int = 0


def fit(history: Sequence[Message], *, room: int) -> Fitted:
    """Make *history* fit *room*, an estimate of tokens.

    First pictures become words, then long results are shortened, then the oldest rounds go. What
    was said before the first round stays if it takes a quarter of the room at most.

    Raises:
        CompactionError: not even the last round fits.
    """
    messages = tuple(history)
    for change in (_without_media, _shortened):
        if total_tokens(messages) <= room:
            return Fitted(messages)
        messages = _each(messages, change)
    if total_tokens(messages) <= room:
        return Fitted(messages)
    return _without_oldest(messages, room)


def _without_oldest(messages: tuple[Message, ...], room: int) -> Fitted:
    parts = Parts.of(messages)
    opening = parts.opening if total_tokens(parts.opening) <= room // 4 else ()
    left = room - total_tokens([*opening, _note(len(parts.rounds)), *parts.pending])
    kept = 0
    for group in reversed(parts.rounds):
        left -= total_tokens(group)
        if left < 0:
            break
        kept += 1
    dropped = len(parts.rounds) - kept
    if not kept:
        raise CompactionError(
            "the last round of the conversation alone is too long for a recap: take a model with "
            "a longer window, or begin anew"
        )
    rounds = [message for group in parts.rounds[dropped:] for message in group]
    tail = [_note(dropped), *rounds, *parts.pending]
    parent_id = opening[-1].id if opening else None
    return Fitted((*opening, *renewed(tail, parent_id=parent_id)), dropped)


def _note(dropped: int) -> Message:
    return TextMessage(_LEFT_OUT.format(dropped), Descriptor.USER)


def _each(
    messages: tuple[Message, ...], change: Callable[[Message], Message]
) -> tuple[Message, ...]:
    changed = {place: change(message) for place, message in enumerate(messages)}
    return replaced(messages, {n: new for n, new in changed.items() if new is not messages[n]})


def _without_media(message: Message) -> Message:
    match message:
        case BytesMessage():
            return TextMessage(f"{result_text(message)[:-1]}, left out here]")
        case MultipartMessage(content=parts) if message.descriptor != Descriptor.MODEL:
            return _with_parts(message, [_without_media(part) for part in parts])
        case TextMessage() | JsonMessage() | MultipartMessage():
            return message


def _shortened(message: Message) -> Message:
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
        return _with_parts(message, [_short(part) for part in message.content])
    return message


def _short(part: Message) -> Message:
    match part:
        case TextMessage(content=content):
            short = both_ends(content, RESULT_TOKENS)
            return part if short == content else attrs.evolve(part, content=short)
        case JsonMessage(content=content):
            text = json_dumps(content)
            short = both_ends(text, RESULT_TOKENS)
            return part if short == text else TextMessage(short)
        case MultipartMessage(content=parts):
            return _with_parts(part, [_short(inner) for inner in parts])
        case BytesMessage():
            return part


def _with_parts(message: MultipartMessage, parts: Sequence[Message]) -> MultipartMessage:
    if all(new is old for new, old in zip(parts, message.content, strict=True)):
        return message
    return attrs.evolve(message, content=tuple(parts))
