"""What a conversation needs so that a model can go on with it.

Vendors refuse a history in which a tool call has no result, or a result no call. Both come of a
process that died between the two, or of a lost line.
"""

from collections.abc import Iterator, Sequence

import attrs

from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    error_message,
    get_queue_id,
    new_id,
    response_tool_calls,
    tool_result_message,
)

_UNKNOWN_OUTCOME = (
    "[interrupted, outcome unknown: the call was stopped before it gave a result; it may have "
    "had effects]"
)


@attrs.frozen(kw_only=True)
class Repair:
    """How to go on: move the head to `head`, then append `messages`.

    Attributes:
        head: the last message that can stay; None for none.
        messages: the results that are missing and, with new ids, what came after `head`.
        interrupted: how many calls had no result.
        stray: the ids of the results that answer no call, and are left out.
    """

    head: str | None
    messages: tuple[Message, ...] = ()
    interrupted: int = 0
    stray: frozenset[str] = frozenset()


def repair(conversation: Sequence[Message]) -> Repair:
    """Tell what *conversation* needs so that each tool call in it has exactly one result.

    A result answers a call of the last message of the model before it. What is missing at the end
    is appended; anything else makes a new branch, from the last message that can stay.
    """
    mended = tuple(_mended(conversation))
    kept = 0
    while kept < len(mended) and kept < len(conversation) and mended[kept] is conversation[kept]:
        kept += 1
    head = conversation[kept - 1].id if kept else None
    ids = {message.id for message in mended}
    return Repair(
        head=head,
        messages=_chained(head, mended[kept:], {message.id for message in conversation}),
        interrupted=len(ids - {message.id for message in conversation}),
        stray=frozenset(message.id for message in conversation if message.id not in ids),
    )


def _mended(conversation: Sequence[Message]) -> Iterator[Message]:
    open_calls: list[MultipartMessage] = []
    for message in conversation:
        if message.descriptor == Descriptor.TOOL_RESULT and isinstance(message, MultipartMessage):
            answered = _answered(open_calls, message)
            if answered is not None:
                open_calls.remove(answered)
                yield message
            continue
        yield from map(_interrupted, open_calls)
        open_calls = list(response_tool_calls(message))
        yield message
    yield from map(_interrupted, open_calls)


def _answered(
    calls: Sequence[MultipartMessage], result: MultipartMessage
) -> MultipartMessage | None:
    id_ = get_queue_id(result)
    return next((call for call in calls if get_queue_id(call) == id_), None)


def _interrupted(call: MultipartMessage) -> Message:
    return tool_result_message(call, error_message(_UNKNOWN_OUTCOME))


def _chained(head: str | None, messages: Sequence[Message], taken: set[str]) -> tuple[Message, ...]:
    chained: list[Message] = []
    for message in messages:
        id_ = new_id() if message.id in taken else message.id
        chained.append(attrs.evolve(message, id=id_, parent_id=head))
        head = id_
    return tuple(chained)
