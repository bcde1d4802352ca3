"""Messages made of parts: how a model's turn, a tool call and a tool's result are put together."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sagent.errors import UsageError
from sagent.lib.json import JSON, json_dumps
from sagent.message._descriptor import Descriptor, tool_descriptor
from sagent.message._message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
)

_UNTOLD = frozenset(
    {
        Descriptor.QUEUE_ID,
        Descriptor.TOOL_NAME,
        Descriptor.THINKING,
        Descriptor.DIFF,
        Descriptor.ECHO,
    }
)
NOTES = "sagent"
"""The source of what neither a user nor an agent has said."""
_PLAIN = frozenset({Descriptor.TEXT, Descriptor.USER, Descriptor.ERROR})


def is_message(value: object) -> bool:
    """Tell whether *value* is one of the four kinds of `Message`."""
    return isinstance(value, TextMessage | BytesMessage | JsonMessage | MultipartMessage)


def note_message(text: str, *, parent_id: str | None = None) -> TextMessage:
    """Tell a model something in the user's turn which no user has said: its source is sagent."""
    return TextMessage(text, Descriptor.USER, parent_id=parent_id, source=NOTES)


def error_message(text: str, *, parent_id: str | None = None) -> TextMessage:
    """Make the result of a tool that failed as tools may: the model reads *text* and goes on.

    It answers the message *parent_id*, if there is one.
    """
    return TextMessage(text, Descriptor.ERROR, parent_id=parent_id)


def tool_call_message(name: str, directive: JSON, *, call_id: str) -> MultipartMessage:
    """Make a model's call of the tool *name* with *directive*, told from others by *call_id*.

    A directive that is no JSON object is kept as the model wrote it; `get_directive` refuses it.
    """
    arguments: Message
    if isinstance(directive, Mapping):
        arguments = JsonMessage(directive, tool_descriptor(name))
    else:
        arguments = TextMessage(str(directive), Descriptor.MALFORMED_DIRECTIVE)
    return MultipartMessage(
        (
            TextMessage(call_id, Descriptor.QUEUE_ID),
            TextMessage(name, Descriptor.TOOL_NAME),
            arguments,
        ),
        Descriptor.TOOL_CALL,
    )


def tool_result_message(call: MultipartMessage, result: Message) -> MultipartMessage:
    """Pair *result* with the *call* it answers.

    A result of several parts keeps them all; an empty one is told as such, since providers refuse
    empty content.
    """
    parts = result.content if isinstance(result, MultipartMessage) else (result,)
    if all(isinstance(part, TextMessage) and not part.content for part in parts):
        parts = (TextMessage(f"({get_tool_name(call)} completed with no output)"),)
    ids = [part for part in call.content if part.descriptor == Descriptor.QUEUE_ID]
    return MultipartMessage(
        (*(ids[:1] or [TextMessage("", Descriptor.QUEUE_ID)]), *parts),
        Descriptor.TOOL_RESULT,
        source=result.source,
    )


def get_directive(message: Message) -> Mapping[str, JSON]:
    """Give the JSON object in *message*: a directive itself, or a tool call that holds one.

    Raises:
        UsageError: there is no JSON object in it.
    """
    match message:
        case JsonMessage(content=MappingProxyType() as directive):  # a message freezes its content
            return directive
        case MultipartMessage(descriptor=Descriptor.TOOL_CALL, content=(*_, arguments)):
            return get_directive(arguments)
        case TextMessage(content=content, descriptor=Descriptor.MALFORMED_DIRECTIVE):
            raise UsageError(f"the arguments are not a JSON object: {content[:200]!r}")
        case TextMessage() | BytesMessage() | JsonMessage() | MultipartMessage():
            raise UsageError(f"a {message.descriptor} message carries no directive")


def get_queue_id(message: MultipartMessage) -> str:
    """Give the id that pairs a tool call with its result, or "" for any other message."""
    return _part(message, Descriptor.QUEUE_ID)


def get_tool_name(message: MultipartMessage) -> str:
    """Give the name of the tool that a tool call is for, or "" for any other message."""
    return _part(message, Descriptor.TOOL_NAME)


def response_text(message: Message) -> str:
    """Join what *message* says in plain text; thinking and tool calls are left out."""
    match message:
        case TextMessage(content=content, descriptor=descriptor):
            return content if descriptor in _PLAIN else ""
        case MultipartMessage(descriptor=Descriptor.TOOL_CALL) | BytesMessage() | JsonMessage():
            return ""
        case MultipartMessage(content=parts):
            return "".join(response_text(part) for part in parts)


def result_text(message: Message) -> str:
    """Give the text that a model reads of a tool's result; what is no text is named.

    A diff is for people, unless there is nothing else.
    """
    parts = _leaves(message)
    told = [_told(part) for part in parts if part.descriptor not in _UNTOLD]
    if not told:
        told = [_told(part) for part in parts if part.descriptor == Descriptor.DIFF]
    return "\n".join(told)


def _leaves(message: Message) -> list[TextMessage | BytesMessage | JsonMessage]:
    if isinstance(message, MultipartMessage):
        return [leaf for part in message.content for leaf in _leaves(part)]
    return [message]


def _told(part: TextMessage | BytesMessage | JsonMessage) -> str:
    match part:
        case TextMessage(content=content):
            return content
        case BytesMessage(content=content, descriptor=descriptor):
            return f"[{descriptor}, {len(content)} bytes]"
        case JsonMessage(content=content):
            return json_dumps(content)


def response_tool_calls(message: Message) -> tuple[MultipartMessage, ...]:
    """List the tool calls in a model's *message*, in its order."""
    if not isinstance(message, MultipartMessage):
        return ()
    return tuple(_tool_calls(message))


def is_error(message: Message) -> bool:
    """Tell whether *message* is, or holds, an error that a tool told."""
    match message:
        case TextMessage(descriptor=descriptor):
            return descriptor == Descriptor.ERROR
        case MultipartMessage(content=parts):
            return any(is_error(part) for part in parts)
        case BytesMessage() | JsonMessage():
            return False


def _tool_calls(message: MultipartMessage) -> Iterator[MultipartMessage]:
    for part in message.content:
        if isinstance(part, MultipartMessage) and part.descriptor == Descriptor.TOOL_CALL:
            yield part


def _part(message: MultipartMessage, descriptor: Descriptor) -> str:
    for part in message.content:
        if isinstance(part, TextMessage) and part.descriptor == descriptor:
            return part.content
    return ""
