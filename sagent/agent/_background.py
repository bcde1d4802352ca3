"""What the model is told of calls that go on beside the conversation."""

from sagent.lib.json import json_dumps
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    get_queue_id,
    get_tool_name,
    is_error,
    note_message,
    result_text,
)

_RUNNING = (
    "[{tool} runs in the background as {id}; its result will come later, as a message of its own. "
    "Go on with other work, or end your turn.]"
)
_ENDED = "[{tool}, which ran in the background as {id} with {arguments}, has {ended}]"
_LOST = (
    "[{tool}, which ran in the background as {id} with {arguments}, was stopped with its agent "
    "before it gave a result; it may have had effects]"
)
_MOST_ARGUMENT_CHARS = 200
"""Enough to know a call by, where the conversation that made it is gone."""


def stub_message(call: MultipartMessage) -> Message:
    """Give *call*, which goes on, a result for the time being."""
    return TextMessage(_RUNNING.format(tool=get_tool_name(call), id=get_queue_id(call)))


def news_message(call: MultipartMessage, result: Message) -> Message:
    """Tell what *call* has given at last."""
    head = _filled(_ENDED, call, ended="failed" if is_error(result) else "finished")
    parts = result.content if isinstance(result, MultipartMessage) else (result,)
    shown = tuple(part for part in parts if isinstance(part, BytesMessage))
    text = result_text(result) if len(shown) < len(parts) else ""
    return MultipartMessage(
        (TextMessage(f"{head}\n\n{text}".rstrip()), *shown),
        Descriptor.USER_PARTS,
        source=result.source,
    )


def lost_message(call: MultipartMessage) -> Message:
    """Tell of *call*, which ended with its agent."""
    return note_message(_filled(_LOST, call))


def _filled(text: str, call: MultipartMessage, *, ended: str = "") -> str:
    return text.format(
        tool=get_tool_name(call), id=get_queue_id(call), arguments=_arguments(call), ended=ended
    )


def _arguments(call: MultipartMessage) -> str:
    match call.content[-1]:
        case JsonMessage(content=content):
            text = json_dumps(content)
        case TextMessage(content=text):
            pass
        case BytesMessage() | MultipartMessage():
            return "no arguments"  # no provider makes such a call
    return text if len(text) <= _MOST_ARGUMENT_CHARS else f"{text[:_MOST_ARGUMENT_CHARS]}..."
