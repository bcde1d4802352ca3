"""How many tokens messages take, roughly: a quarter of the bytes that are sent.

English and code have three to four and a half bytes to a token in today's vocabularies, Chinese
about three. A `Meter` corrects the estimate by what the vendor counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
)
from sagent.tool import ToolSpec

BYTES_PER_TOKEN = 4
MESSAGE_TOKENS = 4
"""What a message or a part takes beside its content: role, type, ids."""
IMAGE_TOKENS = 1_600
"""A large picture's, after the vendor has scaled it down (Anthropic's page on vision)."""
_PDF_BYTES_PER_TOKEN = 20
"""50 kB to a page of 2,500 tokens, text and picture (Anthropic's page on PDF support)."""
_OTHER_BYTES_PER_TOKEN = 1_000
"""Sound, where a vendor listens to it, has 32 tokens to a second (Gemini's page on audio)."""
_UNSENT = frozenset({Descriptor.QUEUE_ID, Descriptor.DIFF, Descriptor.ECHO})


def tokens_of(message: Message) -> int:
    """Estimate the tokens of *message*.

    What is for people is left out, and so are signatures, which vendors do not count by length.
    """
    return -(-_weight(message) // BYTES_PER_TOKEN)


def total_tokens(messages: Iterable[Message]) -> int:
    """Estimate the tokens of *messages* together."""
    return sum(tokens_of(message) for message in messages)


def head_tokens(system: str, tools: Sequence[ToolSpec]) -> int:
    """Estimate the tokens of what goes before the messages."""
    return system_tokens(system) + sum(map(tool_tokens, tools))


def system_tokens(system: str) -> int:
    """Estimate the tokens of the system prompt."""
    return text_tokens(system) + MESSAGE_TOKENS


def tool_tokens(tool: ToolSpec) -> int:
    """Estimate the tokens that it takes to tell of *tool*, with each request."""
    words = text_bytes(tool.name) + text_bytes(tool.description)
    return -(-(words + _json_bytes(tool.directive_schema)) // BYTES_PER_TOKEN) + MESSAGE_TOKENS


def text_tokens(text: str) -> int:
    """Estimate the tokens of *text*."""
    return -(-text_bytes(text) // BYTES_PER_TOKEN)


def text_bytes(text: str) -> int:
    """Tell how long *text* is in UTF-8; half a surrogate pair counts as what replaces it."""
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def _weight(message: Message) -> int:
    if message.descriptor in _UNSENT:
        return 0
    overhead = MESSAGE_TOKENS * BYTES_PER_TOKEN
    match message:
        case TextMessage(content=content):
            return text_bytes(content) + overhead
        case JsonMessage(content=content):
            return _json_bytes(content) + overhead
        case BytesMessage():
            return _media_tokens(message) * BYTES_PER_TOKEN + overhead
        case MultipartMessage(content=parts):
            return sum(map(_weight, parts)) + overhead


def _media_tokens(message: BytesMessage) -> int:
    size = len(message.content)
    match message.descriptor.partition("/"):
        case ("image", _, _):
            return IMAGE_TOKENS
        case ("application", _, "pdf"):
            return max(IMAGE_TOKENS, size // _PDF_BYTES_PER_TOKEN)
        case _:
            return size // _OTHER_BYTES_PER_TOKEN


def _json_bytes(value: JSON) -> int:
    match value:
        case str():
            return text_bytes(value) + 2
        case None | bool() | int() | float():
            return len(str(value))
        case MappingProxyType() | Mapping():  # the first, since it is nearly always that
            return 2 + sum(text_bytes(key) + 4 + _json_bytes(value[key]) for key in value)
        case _:
            return 2 + sum(1 + _json_bytes(item) for item in value)
