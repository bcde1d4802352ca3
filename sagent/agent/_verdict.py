"""Whether what a tool gave is a result at all: types do not hold at run time."""

from types import UnionType

from sagent.message import BytesMessage, JsonMessage, MultipartMessage, TextMessage

_MOST_LEVELS = 20
"""How deep the parts of a result may nest: what is deeper no session could keep."""


def fault_of(result: object, levels: int = _MOST_LEVELS) -> str:
    """Say why *result* is none, of which *levels* more may nest; "" if it is one."""
    match result:
        case TextMessage() | BytesMessage():
            wanted = str if isinstance(result, TextMessage) else bytes | bytearray
            return _fault_of_content(result.content, wanted, type(result).__name__)
        case JsonMessage():
            return ""
        case MultipartMessage() if levels == 0:
            return "the parts of its result nest too deep"
        case MultipartMessage(content=parts):
            return next(filter(None, (fault_of(part, levels - 1) for part in parts)), "")
        case _:
            return f"it gave a {type(result).__name__}, not a Message"


def _fault_of_content(content: object, wanted: type | UnionType, kind: str) -> str:
    return "" if isinstance(content, wanted) else f"it gave a {kind} of {type(content).__name__}"
