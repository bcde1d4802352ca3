from collections.abc import Iterator, Sequence

import attrs

from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    get_queue_id,
    response_tool_calls,
)


@attrs.frozen
class Exchange:
    """A tool call and its result, which is in this place of a history."""

    place: int
    call: MultipartMessage
    result: MultipartMessage


def exchanges_in(history: Sequence[Message]) -> Iterator[Exchange]:
    """Find the calls in *history* that have a result, in the order of the results."""
    open_calls: dict[str, MultipartMessage] = {}
    for place, message in enumerate(history):
        for call in response_tool_calls(message):
            open_calls[get_queue_id(call)] = call
        call_id = answered_id(message)
        if call_id in open_calls and isinstance(message, MultipartMessage):
            yield Exchange(place, open_calls.pop(call_id), message)


def answered_id(message: Message) -> str | None:
    """Give the id of the call that *message* is the result of; None if it is no result."""
    if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
        return get_queue_id(message)
    return None
