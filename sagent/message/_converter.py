"""Messages by way of cattrs: slower than `_direct`, and exact about what it refuses."""

import base64
from functools import cache
from typing import Any, cast

from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_freeze, json_unfreeze
from sagent.message._message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
)

# cattrs takes unions and aliases; its hints say `type`
_UNION = cast("type[Message]", TextMessage | BytesMessage | JsonMessage | MultipartMessage)
_MESSAGE = cast("type[Message]", Message)
_JSON = cast("type[JSON]", JSON)

_FOREIGN = (BaseValidationError, StructureHandlerNotFoundError, ValueError, TypeError, KeyError)


def structured(value: JSON) -> Message:
    """Make the message that *value* stands for.

    Raises:
        JsonError: it is none.
    """
    try:
        return message_converter().structure(value, _UNION)
    except JsonError:
        raise
    except _FOREIGN as error:
        raise JsonError(f"not a message: {_innermost(error)}") from error


@cache
def message_converter() -> JsonConverter:
    """Make the converter, once."""
    converter = make_converter(forbid_extra_keys=True, omit_if_default=True)
    converter.register_unstructure_hook(bytes, _base64)
    converter.register_structure_hook(bytes, _bytes)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _integer)
    converter.register_unstructure_hook(_JSON, json_unfreeze)
    converter.register_structure_hook(_JSON, _json)
    configure_tagged_union(_UNION, converter, tag_name="kind", tag_generator=_kind)
    converter.register_unstructure_hook(
        _MESSAGE, lambda message: converter.unstructure(message, _UNION)
    )
    converter.register_structure_hook(_MESSAGE, lambda value, _: converter.structure(value, _UNION))
    return converter


def _kind(cls: type[Any]) -> str:  # the strategy hands over each class of the union
    return cast("str", cls.kind)  # each has one


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: object, _: type) -> bytes:
    return base64.b64decode(_text(value, str), validate=True)


def _text(value: object, _: type) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value


def _integer(value: object, _: type) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected an integer, not {type(value).__name__}")
    return value


def _json(value: JSON, _: type) -> JSON:
    return json_freeze(value)


def _innermost(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)  # isinstance leaves open of what
        error = group.exceptions[0]
    return str(error) or type(error).__name__
