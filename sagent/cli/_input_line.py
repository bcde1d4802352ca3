"""A line of standard input in a conversation with a program, as a value."""

import base64
import binascii
from collections.abc import Mapping

import attrs

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_loads
from sagent.tool import Answer, Schema

type Id = str | int
"""What a line is called by whoever wrote it, and its result after it."""
type Image = str | bytes
"""The path of a file, or what such a file holds."""


@attrs.frozen(kw_only=True)
class Say:
    """Something to do, with a result of its own."""

    prompt: str
    images: tuple[Image, ...] = ()
    files: tuple[str, ...] = ()
    id: Id | None = None


@attrs.frozen
class Steer:
    """Something to heed in what is done now."""

    prompt: str


@attrs.frozen
class Reply:
    """What is said to a question."""

    question: str
    answer: Answer


@attrs.frozen
class Interrupt:
    """What is done now is to be given up."""


@attrs.frozen
class End:
    """Nothing follows."""


type InputLine = Say | Steer | Reply | Interrupt | End

_TEXT: Mapping[str, JSON] = {"type": "string", "minLength": 1}
_BYTES: Mapping[str, JSON] = {
    "type": "object",
    "properties": {"data": {"type": "string", "contentEncoding": "base64"}},
    "required": ["data"],
}
_PROPERTIES: Mapping[str, Mapping[str, JSON]] = {
    "user": {
        "prompt": _TEXT,
        "images": {"type": "array", "items": {"anyOf": [_TEXT, _BYTES]}},
        "files": {"type": "array", "items": _TEXT},
        "id": {"type": ["string", "integer"]},
    },
    "steer": {"prompt": _TEXT},
    "answer": {
        "id": _TEXT,
        "chosen": {"type": "array", "items": _TEXT},
        "other": {"type": "string"},
    },
    "interrupt": {},
    "end": {},
}
_REQUIRED = frozenset({("user", "prompt"), ("steer", "prompt"), ("answer", "id")})


def schema_of(kind: str) -> Mapping[str, JSON]:
    """Give the JSON Schema of the lines of *kind*."""
    types: Mapping[str, JSON] = {"const": kind}
    required = [name for name in _PROPERTIES[kind] if (kind, name) in _REQUIRED]
    return {
        "type": "object",
        "properties": {"type": types, **_PROPERTIES[kind]},
        "required": required if kind == "user" else ["type", *required],
        "additionalProperties": False,
    }


KINDS = tuple(_PROPERTIES)


def read_line(text: bytes) -> InputLine:
    """Read a line.

    Raises:
        UsageError: it says nothing that can be done.
    """
    try:
        fields = json_loads(text)
    except JsonError as error:
        raise UsageError(f"{error}: write a JSON object in one line") from error
    if not isinstance(fields, Mapping):
        raise UsageError('it is no object: write it like {"prompt": TEXT}')
    kind = fields.get("type", "user")
    if not isinstance(kind, str) or kind not in _PROPERTIES:
        raise UsageError(f"unknown type {kind!r}: choose {', '.join(KINDS)}")
    if faults := Schema.of(schema_of(kind), "a line").faults(fields):
        raise UsageError(f"it is no {kind!r}: {'; '.join(fault[2:] for fault in faults)}")
    return _line(kind, fields)


def _line(kind: str, fields: Mapping[str, JSON]) -> InputLine:
    match kind:
        case "user":
            return Say(
                prompt=_prompt(fields),
                images=_images(fields),
                files=_texts(fields, "files"),
                id=_id(fields.get("id")),
            )
        case "steer":
            return Steer(_prompt(fields))
        case "answer":
            answer = Answer(chosen=_texts(fields, "chosen"), other=str(fields.get("other", "")))
            return Reply(str(fields["id"]), answer)
        case "interrupt":
            return Interrupt()
        case _:
            return End()


def _id(value: JSON) -> Id | None:
    if isinstance(value, float):  # 7.0 is an integer to JSON Schema
        return int(value)
    assert value is None or isinstance(value, str | int)  # by the schema, as what follows
    return value


def _prompt(fields: Mapping[str, JSON]) -> str:
    prompt = str(fields["prompt"])
    if not prompt.strip():
        raise UsageError("the prompt is empty: say what is to be done")
    return prompt


def _texts(fields: Mapping[str, JSON], name: str) -> tuple[str, ...]:
    texts = fields.get(name, ())
    assert isinstance(texts, tuple)
    return tuple(map(str, texts))


def _images(fields: Mapping[str, JSON]) -> tuple[Image, ...]:
    images = fields.get("images", ())
    assert isinstance(images, tuple)
    return tuple(map(_image, images))


def _image(value: JSON) -> Image:
    if not isinstance(value, Mapping):
        return str(value)
    try:
        return base64.b64decode(str(value["data"]), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UsageError(f"the data of an image is no base64: {error}") from error
