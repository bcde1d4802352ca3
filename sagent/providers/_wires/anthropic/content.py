"""Messages as the content blocks of Anthropic's.

What the API insists on: turns begin with the user's; each call has its one result at the beginning
of the next turn; no text is blank; an error is told in text alone; thinking ends no turn, and is
signed.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    get_directive,
    get_queue_id,
    get_tool_name,
    is_error,
    result_text,
)
from sagent.providers._wires.echo import blocks_of, portable_id
from sagent.providers._wires.transcript import dump

type Block = dict[str, JsonValue]

_PDF = "application/pdf"
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", _PDF})
"""What Claude looks at."""
_UNTOLD = frozenset(
    {
        Descriptor.QUEUE_ID,
        Descriptor.TOOL_NAME,
        Descriptor.THINKING,
        Descriptor.DIFF,
        Descriptor.ECHO,
    }
)
_THINKING = frozenset({"thinking", "redacted_thinking"})
NOTHING_SAID = "(no message)"
NO_RESULT = "(no result)"
GO_ON = "Go on."


@attrs.frozen
class Before:
    """What a group follows: whether anything was said, and the ids of calls without results."""

    begun: bool = False
    open_calls: tuple[str, ...] = ()


def written(group: Sequence[Message], before: Before, wire: str) -> tuple[list[Block], Before]:
    """Write *group* as turns; what the wire of that name sent comes back as it was.

    Args:
        group: a model's message alone, or all messages between two of those.
        before: what it follows.
        wire: the name of the wire.

    Returns:
        The turns, and what the next group follows.
    """
    first = group[0]
    if isinstance(first, MultipartMessage) and first.descriptor == Descriptor.MODEL:
        return _models(first, before, wire)
    content = _users(group, before.open_calls)
    turns = [turn("user", content)] if content else []
    return turns, Before(before.begun or bool(turns))


def turn(role: str, content: Sequence[Block]) -> Block:
    """Make the message of *role* with *content*."""
    return {"role": role, "content": [*content]}


def text(content: str) -> Block:
    """Make a block of text."""
    return {"type": "text", "text": content}


def results_missing(open_calls: Iterable[str]) -> list[Block]:
    """Make the results of calls that have none."""
    return [_result_block(call_id, [text(NO_RESULT)]) for call_id in open_calls]


def _models(message: MultipartMessage, before: Before, wire: str) -> tuple[list[Block], Before]:
    content = [*_models_blocks(message, wire)]
    while content and content[-1].get("type") in _THINKING:
        content.pop()
    if not content:
        return [], before
    calls = tuple(str(block["id"]) for block in content if block.get("type") == "tool_use")
    turns = [turn("assistant", content)]
    if before.open_calls:
        turns.insert(0, turn("user", results_missing(before.open_calls)))
    elif not before.begun:
        turns.insert(0, turn("user", [text(NOTHING_SAID)]))
    return turns, Before(begun=True, open_calls=calls)


def _models_blocks(message: MultipartMessage, wire: str) -> Iterator[Block]:
    for block in blocks_of(message, wire, _models_block):
        if not isinstance(block, dict):
            continue
        blank = block.get("type") == "text" and not str(block.get("text")).strip()
        unsigned = block.get("type") == "thinking" and not block.get("signature")
        if not blank and not unsigned:
            yield block


def _models_block(part: Message) -> JsonValue:
    match part:
        case TextMessage(content=content, descriptor=Descriptor.THINKING):
            return {"type": "thinking", "thinking": content}
        case TextMessage(content=content):
            return text(content)
        case MultipartMessage(descriptor=Descriptor.TOOL_CALL):
            return _call(part)
        case BytesMessage() | JsonMessage() | MultipartMessage():
            return text(result_text(part))


def _call(call: MultipartMessage) -> Block:
    try:
        directive = json_unfreeze(get_directive(call))
    except UsageError:
        directive = {}  # the API parses what it is sent; the error result says what was wrong
    return {
        "type": "tool_use",
        "id": portable_id(get_queue_id(call)),
        "name": portable_id(get_tool_name(call) or "unnamed"),
        "input": directive,
    }


def _users(group: Sequence[Message], open_calls: tuple[str, ...]) -> list[Block]:
    waiting = dict.fromkeys(open_calls)
    results: list[Block] = []
    rest: list[Block] = []
    for message in group:
        if not isinstance(message, MultipartMessage) or (
            message.descriptor != Descriptor.TOOL_RESULT
        ):
            rest += _told(message)
            continue
        call_id = portable_id(get_queue_id(message))
        if call_id not in waiting:
            rest += _spoken(result_text(message))
            continue
        del waiting[call_id]
        block, shown = _result(call_id, message)
        results.append(block)
        rest += shown
    return [*results, *results_missing(waiting), *rest]


def _result(call_id: str, message: MultipartMessage) -> tuple[Block, list[Block]]:
    content = _told(message) or _spoken(result_text(message)) or [text(NO_RESULT)]
    if not is_error(message):
        return _result_block(call_id, content), []
    told = [block for block in content if block["type"] == "text"]
    shown = [block for block in content if block["type"] != "text"]
    return {**_result_block(call_id, told or [text(NO_RESULT)]), "is_error": True}, shown


def _result_block(call_id: str, content: Sequence[Block]) -> Block:
    return {"type": "tool_result", "tool_use_id": call_id, "content": [*content]}


def _told(message: Message) -> list[Block]:
    if message.descriptor in _UNTOLD:
        return []
    match message:
        case TextMessage(content=content):
            return _spoken(content)
        case JsonMessage(content=content):
            return [text(dump(json_unfreeze(content)).decode())]
        case BytesMessage():
            return [_shown(message)]
        case MultipartMessage(content=parts):
            return [block for part in parts for block in _told(part)]


def _spoken(content: str) -> list[Block]:
    return [text(content)] if content.strip() else []


def _shown(message: BytesMessage) -> Block:
    kind = message.descriptor.partition(";")[0].strip().lower().replace("image/jpg", "image/jpeg")
    if not message.content or kind not in MEDIA_TYPES:
        return text(result_text(message))
    encoded = base64.b64encode(message.content).decode()
    return {
        "type": "document" if kind == _PDF else "image",
        "source": {"type": "base64", "media_type": kind, "data": encoded},
    }
