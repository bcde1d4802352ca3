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
_LEAST_TOKENS = 100
_LEFT_OUT = "[An earlier part of this conversation was left out here: it did not fit.]"


@attrs.frozen
class Fitted:
    """What is sent of a history, and how many of its oldest rounds are not."""

    messages: tuple[Message, ...]
    dropped_rounds: int = 0


def fit(history: Sequence[Message], *, room: int) -> Fitted:
    """Make *history* fit *room*, an estimate of tokens.

    First pictures become words, then long results are shortened, then the oldest rounds go. What
    was said before the first round stays, but is shortened to a quarter of the room.

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
    opening = _opening(parts.opening, room // 4)
    note = TextMessage(_LEFT_OUT, Descriptor.USER)
    left = room - total_tokens([*opening, note, *parts.pending])
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
    whole = (*opening, note, *rounds, *parts.pending)
    return Fitted(renewed(whole, parent_id=None), dropped)


def _opening(messages: tuple[Message, ...], room: int) -> tuple[Message, ...]:
    each = room // max(1, len(messages)) - _LEAST_TOKENS
    if each < _LEAST_TOKENS:
        return ()
    short = tuple(_short(message, each) for message in messages)
    return short if total_tokens(short) <= room else ()


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
        return _with_parts(message, [_short(part, RESULT_TOKENS) for part in message.content])
    return message


def _short(part: Message, tokens: int) -> Message:
    match part:
        case TextMessage(content=content):
            short = both_ends(content, tokens)
            return part if short == content else attrs.evolve(part, content=short)
        case JsonMessage(content=content):
            text = json_dumps(content)
            short = both_ends(text, tokens)
            return part if short == text else TextMessage(short)
        case MultipartMessage(content=parts):
            return _with_parts(part, [_short(inner, tokens) for inner in parts])
        case BytesMessage():
            return part


def _with_parts(message: MultipartMessage, parts: Sequence[Message]) -> MultipartMessage:
    if all(new is old for new, old in zip(parts, message.content, strict=True)):
        return message
    return attrs.evolve(message, content=tuple(parts))
