from typing import cast

import attrs
from cattrs import Converter

from sagent.errors import JsonError
from sagent.lib.json import JSON, json_dumps
from sagent.message import Message, TextMessage, is_message
from sagent.tools._refusal import Refusal


def message_of(result: object) -> Message:
    """Make a message of what a function gave: text, a message, nothing, or any JSON value.

    Raises:
        Refusal: it is none of these.
    """
    if is_message(result):
        return cast("Message", result)
    if result is None:
        return TextMessage("")
    if isinstance(result, str):
        return TextMessage(result)
    value = Converter().unstructure(result) if attrs.has(type(result)) else result
    try:
        return TextMessage(json_dumps(cast("JSON", value)))
    except JsonError as error:
        raise Refusal(f"the tool's result cannot be shown: {error}") from error
