"""The codec's short way: messages of the usual form, without a general converter.

Reading and writing a session is this code. What it does not know, it leaves to the converter,
which also knows how to say what is wrong.
"""

import json
from base64 import b64decode, b64encode
from sys import intern
from typing import cast

from sagent.lib.json import JSON, json_freeze, whole_text
from sagent.message._message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
)

# What a message's own __init__ does with converted values, without converting them again.
_new = object.__new__
_put = object.__setattr__

_quoted = json.encoder.encode_basestring_ascii
_ALWAYS = len(("kind", "content", "id", "timestamp"))
_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=dict)


def write_message(message: Message) -> str:
    """Write *message* as the converter would."""
    match message:
        case TextMessage(content=text):
            content, usual = _quoted(text), "text/plain"
        case MultipartMessage(content=parts):
            content = f"[{','.join([write_message(part) for part in parts])}]"
            usual = "multipart/x-tool-result"
        case JsonMessage(content=value):
            content, usual = _encoder.encode(value), "application/json"
        case BytesMessage(content=octets):
            content, usual = f'"{b64encode(octets).decode()}"', "image/png"
    parent = "" if message.parent_id is None else f'"parent_id":{_quoted(message.parent_id)},'
    source = "" if message.source is None else f'"source":{_quoted(message.source)},'
    descriptor = message.descriptor
    described = "" if descriptor == usual else f'"descriptor":{_quoted(descriptor)},'
    return (
        f'{{"content":{content},{parent}"id":{_quoted(message.id)},'
        f'"timestamp":{message.timestamp:d},{source}{described}"kind":"{message.kind}"}}'
    )


def read_message(value: object) -> Message | None:
    """Make the message that *value* stands for, or give None if it is not of the usual form.

    Raises:
        ValueError, JsonError: its content is no base64, or nothing that JSON has.
    """
    if type(value) is not dict:
        return None
    fields = cast("dict[str, object]", value)  # JSON's keys are strings
    get = fields.get
    content, id_, timestamp = get("content"), get("id"), get("timestamp")
    parent_id, source, described = get("parent_id"), get("source"), get("descriptor")
    known = _ALWAYS
    for text in (parent_id, source, described):
        if text is not None:
            known += 1 if type(text) is str else len(fields)
    if type(id_) is not str or type(timestamp) is not int or len(fields) != known:
        return None
    begun = _begun(get("kind"), content)
    if begun is None:
        return None
    message, usual = begun
    descriptor = usual if described is None else intern(cast("str", described))  # seen above
    _put(message, "descriptor", descriptor)
    _put(message, "parent_id", parent_id)
    _put(message, "id", id_)
    _put(message, "timestamp", timestamp)
    _put(message, "source", source)
    return message


def _begun(kind: object, content: object) -> tuple[Message, str] | None:
    """Make a message that has its content only, and tell its kind's usual descriptor."""
    message: Message
    match kind:
        case "text" if type(content) is str:
            message, usual = _new(TextMessage), "text/plain"
            _put(message, "content", content if content.isascii() else whole_text(content))
        case "json":
            message, usual = _new(JsonMessage), "application/json"
            _put(message, "content", json_freeze(cast("JSON", content)))  # it comes from JSON
        case "multipart" if type(content) is list:
            parts = [read_message(part) for part in cast("list[object]", content)]  # JSON has any
            if None in parts:
                return None
            message, usual = _new(MultipartMessage), "multipart/x-tool-result"
            _put(message, "content", tuple(parts))
        case "bytes" if type(content) is str:
            message, usual = _new(BytesMessage), "image/png"
            _put(message, "content", b64decode(content, validate=True))
        case _:
            return None
    return message, usual
