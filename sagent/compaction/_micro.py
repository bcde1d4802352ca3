"""Old results of tools that can be called again, taken out while the vendor's cache is cold."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import attrs

from sagent.compaction._estimate import tokens_of
from sagent.compaction._exchange import Exchange, exchanges_in
from sagent.compaction._lineage import replaced
from sagent.errors import UsageError
from sagent.message import (
    BytesMessage,
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    get_directive,
    get_tool_name,
    is_error,
    result_text,
)

_NS_PER_S = 1_000_000_000
_SMALL_TOKENS = 200
"""A result of no more is not worth a marker."""
_ARGUMENTS_CHARS = 200


def micro_compact(
    history: Sequence[Message],
    *,
    clearable: Collection[str],
    now_ns: int,
    last_response_ns: int,
    cold_after_s: float = 3_600,
    keep: int = 5,
) -> tuple[Message, ...] | None:
    """Replace old results of *clearable* tools by words that say how to get them again.

    Errors stay, and small results, the newest ones, and what the model has not answered yet.
    *history* itself is not changed; from the first replaced result on, the messages of what is
    returned have new ids and parents.

    Args:
        history: the messages, oldest first.
        clearable: the names of tools whose results can be had again.
        now_ns: the time, in nanoseconds since the epoch.
        last_response_ns: when the model answered last, likewise.
        cold_after_s: how long the vendor caches a conversation from its last use. Before that, a
            change would cost more than it saves.
        keep: how many results of these tools stay, the newest.

    Returns:
        The history to go on with, or None if nothing changes.
    """
    if now_ns - last_response_ns < cold_after_s * _NS_PER_S:
        return None
    answered = history[: _last_answer(history)]
    old = [each for each in exchanges_in(answered) if get_tool_name(each.call) in clearable]
    by_place: dict[int, Message] = {
        each.place: _cleared(each)
        for each in old[: max(0, len(old) - keep)]
        if not is_error(each.result) and tokens_of(each.result) > _SMALL_TOKENS
    }
    return replaced(history, by_place) if by_place else None


def _last_answer(history: Sequence[Message]) -> int:
    for place in range(len(history) - 1, -1, -1):
        if history[place].descriptor == Descriptor.MODEL:
            return place
    return 0


def _cleared(exchange: Exchange) -> Message:
    call, result = exchange.call, exchange.result
    leaves = [*_leaves(result)]
    media = sum(isinstance(part, BytesMessage) for part in leaves)
    marker = TextMessage(_marker(call, chars=len(result_text(result)), media=media))
    ids = [part for part in leaves if part.descriptor == Descriptor.QUEUE_ID]
    diffs = [part for part in leaves if part.descriptor == Descriptor.DIFF]
    return attrs.evolve(result, content=(*ids, marker, *diffs))


def _leaves(message: Message) -> Iterator[Message]:
    if isinstance(message, MultipartMessage):
        for part in message.content:
            yield from _leaves(part)
    else:
        yield message


def _marker(call: MultipartMessage, *, chars: int, media: int) -> str:
    more = f" and {media} attachment(s)" if media else ""
    return (
        f"[The output of {get_tool_name(call)}({_arguments(call)}) was taken out of the "
        f"conversation: {chars} characters{more}. Call the tool again if you need it.]"
    )


def _arguments(call: MultipartMessage) -> str:
    try:
        directive: Mapping[str, object] = get_directive(call)
    except UsageError:
        return "..."
    shown = ", ".join(f"{name}={directive[name]!r}" for name in directive)
    return shown if len(shown) <= _ARGUMENTS_CHARS else f"{shown[:_ARGUMENTS_CHARS]}..."
