"""Credentials on their way into a file: they end here."""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import cast

import attrs

from sagent.lib.json import JsonValue
from sagent.session._fields import decode_fields, encode_fields
from sagent.session._records import Record

MASK = "[secret]"
_IDS = frozenset(
    {
        *("kind", "id", "parent_id", "message_id", "head", "replaced", "before", "state"),
        *("usage", "cost_usd", "spent", "lived_s", "hops", "starts"),
    }
)
"""Fields that hold no text of anyone's."""


def _with_escaped(secrets: Iterable[str]) -> tuple[str, ...]:
    # Arguments of a tool may quote a secret as JSON within a text.
    whole = {secret for secret in secrets if secret}
    forms = whole | {json.dumps(secret)[1:-1] for secret in whole}
    return tuple(sorted(forms, key=len, reverse=True))


def _encoded(secret: str) -> bytes:
    try:
        return os.fsencode(secret)  # as the environment had it
    except UnicodeEncodeError:
        return secret.encode(errors="replace")


@attrs.frozen
class Redactor:
    """Replaces known secrets in what is written."""

    _secrets: tuple[str, ...] = attrs.field(converter=_with_escaped, repr=False)
    _needles: tuple[str, ...] = attrs.field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        escaped = tuple(json.dumps(secret)[1:-1] for secret in self._secrets)
        object.__setattr__(self, "_needles", escaped)  # the class is frozen

    @property
    def secrets(self) -> tuple[str, ...]:
        """What is replaced, in all of its forms, the longest first."""
        return self._secrets

    def clean[R: Record](self, record: R) -> R:
        """Give *record* without secrets; the very same if there are none in it."""
        if not self._secrets:
            return record
        kind, text = encode_fields(record)
        if '"kind":"bytes"' not in text and not any(needle in text for needle in self._needles):
            return record
        fields = cast("dict[str, JsonValue]", json.loads(f"{{{text}}}"))  # they make an object
        if kind == "message":
            cleaned: dict[str, JsonValue] = {"message": self._message(fields["message"])}
        else:
            cleaned = self._fields(fields)
        if "plan" in fields:
            cleaned["plan"] = self._plan(fields["plan"])
        return cast("R", decode_fields({**cleaned, "kind": kind}))  # the kind decides

    def _message(self, message: JsonValue) -> dict[str, JsonValue]:
        fields = cast("dict[str, JsonValue]", message)  # as the codec writes it
        content = fields["content"]
        cleaned = self._fields({name: fields[name] for name in fields if name != "content"})
        match fields["kind"]:
            case "bytes":
                cleaned["content"] = self._octets(cast("str", content))  # base64
            case "multipart":
                parts = cast("list[JsonValue]", content)  # of messages
                cleaned["content"] = [self._message(part) for part in parts]
            case _:
                cleaned["content"] = self._value(content)
        return cleaned

    def _plan(self, plan: JsonValue) -> JsonValue:
        items = cast("list[dict[str, str]]", plan)  # as the record's fields are written
        return [
            {name: text if name == "status" else self._text(text) for name, text in item.items()}
            for item in items
        ]

    def _fields(self, fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
        return {
            name: value if name in _IDS else self._value(value) for name, value in fields.items()
        }

    def _value(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                return self._text(value)
            case list():
                return [self._value(item) for item in value]
            case dict():
                return {self._text(name): self._value(item) for name, item in value.items()}
            case _:
                return value

    def _text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def _octets(self, content: str) -> str:
        octets = b64decode(content)
        for secret in self._secrets:
            octets = octets.replace(_encoded(secret), MASK.encode())
        return b64encode(octets).decode()
