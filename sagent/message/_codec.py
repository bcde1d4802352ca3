"""Messages to and from JSON: the form that sessions keep and that tests pin."""

import json
from typing import cast

from sagent.errors import JsonError
from sagent.lib.json import JSON
from sagent.message._direct import read_message, write_message
from sagent.message._message import Message

_TOO_DEEP = "the message nests too deep to be read"


def encode_message(message: Message) -> str:
    """Write *message* as one line of ASCII JSON.

    Raises:
        JsonError: its parts nest too deep.
    """
    try:
        return write_message(message)
    except RecursionError as error:
        raise JsonError("the message nests too deep to be written: flatten its parts") from error


def decode_message(text: str | bytes) -> Message:
    """Read what `encode_message` wrote.

    Raises:
        JsonError: *text* is not JSON, or is not a message.
    """
    try:
        value = cast("JSON", json.loads(text))  # which is what it gives
    except RecursionError as error:
        raise JsonError(_TOO_DEEP) from error
    except ValueError as error:
        raise JsonError(f"not a message: {error}") from error
    return message_from_json(value)


def message_from_json(value: JSON) -> Message:
    """Make the message that *value*, parsed from what `encode_message` wrote, stands for.

    Raises:
        JsonError: *value* is not a message.
    """
    try:
        if message := read_message(value):
            return message
        from sagent.message._converter import structured  # noqa: PLC0415  # cattrs takes 50 ms to load, and few messages are read this way

        return structured(value)
    except RecursionError as error:
        raise JsonError(_TOO_DEEP) from error
    except JsonError:
        raise
    except ValueError as error:  # of base64
        raise JsonError(f"not a message: {error}") from error
