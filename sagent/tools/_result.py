from collections.abc import Sequence
from typing import cast

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_dumps
from sagent.message import Message, MultipartMessage, TextMessage, is_message
from sagent.tool._conversion import as_json
from sagent.tools._refusal import Refusal


def message_of(result: object) -> Message:
    """Make a message of what a function gave.

    That is text, a message, nothing, what JSON can tell, or a list or tuple of these in which there
    is a message: its parts.

    Raises:
        Refusal: it is none of these.
    """
    if is_message(result):
        return cast("Message", result)
    if result is None:
        return TextMessage("")
    if isinstance(result, str):
        return TextMessage(result)
    parts = _items(result)
    if any(map(is_message, parts)):
        return MultipartMessage(map(message_of, parts))
    try:
        return TextMessage(json_dumps(cast("JSON", as_json(result))))
    except JsonError as error:
        raise Refusal(f"the tool's result cannot be shown: {error}") from error


def _items(value: object) -> Sequence[object]:
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()
