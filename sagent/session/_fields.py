"""The fields of each kind of record, to and from JSON."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

import attrs
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.preconf.json import JsonConverter, make_converter

from sagent.errors import JsonError
from sagent.lib.json import JSON
from sagent.message import Message, encode_message, message_from_json
from sagent.model import Usage
from sagent.session._records import (
    CheckpointRecord,
    CompactionRecord,
    Header,
    HeadRecord,
    MessageRecord,
    Record,
    SpendRecord,
    StateRecord,
    TaskRecord,
)

_KINDS: Mapping[str, type[Record | Header]] = {
    "session": Header,
    "message": MessageRecord,
    "head": HeadRecord,
    "compaction": CompactionRecord,
    "spend": SpendRecord,
    "state": StateRecord,
    "checkpoint": CheckpointRecord,
    "task": TaskRecord,
}
_NAMES = {cls: kind for kind, cls in _KINDS.items()}
_MESSAGE_FIELDS = frozenset(
    {"kind", "content", "descriptor", "id", "parent_id", "timestamp", "source"}
)
_COUNTS = frozenset(field.name for field in attrs.fields(Usage))

UNREADABLE = (BaseValidationError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError)
"""What a damaged line may raise on its way to a record."""


def encode_fields(content: Record | Header) -> tuple[str, str]:
    """Give the kind of *content*, and its fields as the inside of a JSON object, in ASCII.

    Raises:
        JsonError: its message nests too deep.
    """
    kind = _NAMES[type(content)]
    if isinstance(content, MessageRecord):
        return kind, f'"message":{encode_message(content.message)}'
    fields = _converter().unstructure(content)
    return kind, json.dumps(fields, separators=(",", ":"), allow_nan=False)[1:-1]


def decode_fields(fields: Mapping[str, object]) -> Record | Header | None:
    """Give the record that *fields* make, or None if this version does not know their kind.

    Fields that it does not know are left out.

    Raises:
        One of `UNREADABLE`: they make no record.
    """
    cls = _KINDS.get(cast("str", fields["kind"]))  # the caller has looked
    if cls is None:
        return None
    if cls is MessageRecord:
        return MessageRecord(_message(cast("JSON", fields["message"])))  # it comes from JSON
    if cls is Header:
        fields = {"created_ns": fields["ts"], **fields}
    if cls is SpendRecord:
        return _spend(fields)
    return _converter().structure(fields, cls)


def _spend(fields: Mapping[str, object]) -> SpendRecord:
    # There are as many as responses, so they do without the converter.
    usage, cost_usd = fields["usage"], fields.get("cost_usd")
    if not isinstance(usage, dict):
        raise TypeError("usage is a JSON object")
    counts = {
        name: _count(value)
        for name, value in cast("dict[str, object]", usage).items()  # JSON's keys are strings
        if name in _COUNTS
    }
    return SpendRecord(
        usage=Usage(**counts),
        cost_usd=None if cost_usd is None else Decimal(_text(cost_usd)),
        model_id=_text(fields["model_id"]),
        provider=_text(fields["provider"]),
    )


def _count(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"expected an integer, not {type(value).__name__}")
    return value


def _message(value: JSON) -> Message:
    try:
        return message_from_json(value)
    except JsonError:
        return message_from_json(_known(value))


def _known(value: JSON) -> JSON:
    if not isinstance(value, Mapping):
        return value
    known = {name: value[name] for name in value if name in _MESSAGE_FIELDS}
    parts = known.get("content")
    if known.get("kind") == "multipart" and isinstance(parts, list):
        known["content"] = [_known(part) for part in parts]
    return known


@cache
def _converter() -> JsonConverter:
    converter = make_converter(omit_if_default=True)
    converter.register_unstructure_hook(Path, str)
    converter.register_structure_hook(Path, lambda value, _: Path(_text(value)))
    converter.register_unstructure_hook(Decimal, str)
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(_text(value)))
    converter.register_structure_hook(str, lambda value, _: _text(value))
    # Its id and its time stand in the envelope; its version must not depend on who reads it.
    converter.register_unstructure_hook(
        Header,
        make_dict_unstructure_fn(
            Header,
            converter,
            _cattrs_omit_if_default=True,
            id=override(omit=True),
            created_ns=override(omit=True),
            version=override(omit_if_default=False),
        ),
    )
    converter.register_unstructure_hook(
        HeadRecord,
        make_dict_unstructure_fn(
            HeadRecord,
            converter,
            _cattrs_omit_if_default=True,
            head=override(omit_if_default=False),
            why=override(omit_if_default=False),
        ),
    )
    return converter


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value
