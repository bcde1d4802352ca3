"""The fields of each kind of record, to and from JSON."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import assert_never, cast

import attrs

from sagent.errors import JsonError
from sagent.lib.json import JSON, JsonValue
from sagent.message import Message, encode_message, message_from_json
from sagent.model import Usage
from sagent.session._records import (
    CheckpointRecord,
    ChildRecord,
    CompactionRecord,
    Header,
    HeadRecord,
    MailRecord,
    MessageRecord,
    Record,
    ShareRecord,
    SpendRecord,
    StateRecord,
    TaskRecord,
)
from sagent.tool import FileStamp, plan_as_json

_KINDS: Mapping[str, type[Record | Header]] = {
    "session": Header,
    "message": MessageRecord,
    "head": HeadRecord,
    "compaction": CompactionRecord,
    "spend": SpendRecord,
    "state": StateRecord,
    "checkpoint": CheckpointRecord,
    "task": TaskRecord,
    "child": ChildRecord,
    "share": ShareRecord,
    "mail": MailRecord,
}
_NAMES = {cls: kind for kind, cls in _KINDS.items()}
_MESSAGE_FIELDS = frozenset(
    {"kind", "content", "descriptor", "id", "parent_id", "timestamp", "source"}
)
_COUNTS = frozenset(field.name for field in attrs.fields(Usage))

_LEFT_OUT: JsonValue = object()  # type: ignore[assignment]  # stands for no value, and is never written

UNREADABLE = (ValueError, TypeError, KeyError, ArithmeticError, RecursionError)
"""What a damaged line may raise on its way to a record."""


def encode_fields(content: Record | Header) -> tuple[str, str]:
    """Give the kind of *content*, and its fields as the inside of a JSON object, in ASCII.

    Raises:
        JsonError: its message nests too deep.
    """
    kind = _NAMES[type(content)]
    if isinstance(content, MessageRecord):
        return kind, f'"message":{encode_message(content.message)}'
    fields = {name: value for name, value in _fields_of(content) if value is not _LEFT_OUT}
    return kind, json.dumps(fields, separators=(",", ":"), allow_nan=False)[1:-1]


def _fields_of(  # noqa: C901  # a case for each kind
    content: Header
    | HeadRecord
    | CompactionRecord
    | SpendRecord
    | StateRecord
    | CheckpointRecord
    | TaskRecord
    | ChildRecord
    | ShareRecord
    | MailRecord,
) -> Iterable[tuple[str, JsonValue]]:
    # By hand, since cattrs takes 50 ms to load, and every program with a session writes these.
    match content:
        case Header():  # its id and its time stand in the envelope
            yield "cwd", _path(content.cwd)
            yield "version", content.version
            yield "parent_session", content.parent_session or _LEFT_OUT
            yield "parent_message", content.parent_message or _LEFT_OUT
        case HeadRecord():
            yield "head", content.head
            yield "why", content.why
        case CompactionRecord():
            yield "replaced", content.replaced
            yield "why", content.why or _LEFT_OUT
        case SpendRecord():
            counts = attrs.asdict(content.usage)
            yield "usage", {name: count for name, count in counts.items() if count}
            yield "cost_usd", None if content.cost_usd is None else str(content.cost_usd)
            yield "model_id", content.model_id
            yield "provider", content.provider
        case StateRecord():
            for name in ("name", "status", "agent", "model_id", "provider", "effort"):
                value: str | None = getattr(content, name)
                yield name, _LEFT_OUT if value is None else value
            yield "cwd", _path(content.cwd)
            yield "plan", _plan(content)
            yield "starts", _LEFT_OUT if content.starts is None else content.starts
            yield "files", _stamps(content.files) or _LEFT_OUT
            yield "told", _stamps(content.told) or _LEFT_OUT
        case CheckpointRecord():
            yield "snapshot", content.snapshot
            yield "before", content.before
        case TaskRecord():
            yield "call_id", content.call_id
            yield "name", content.name
            yield "state", content.state
        case ChildRecord():
            yield "name", content.name
            yield "state", content.state
            yield "order", content.order or _LEFT_OUT
            yield "session", content.session or _LEFT_OUT
        case ShareRecord(spent=spent):
            yield "spent", {**attrs.asdict(spent), "usd": str(spent.usd)}
            yield "lived_s", content.lived_s
        case MailRecord():
            yield "message_id", content.message_id
            yield "text", content.text
            yield "source", content.source or _LEFT_OUT
            yield "hops", content.hops or _LEFT_OUT
        case _:
            assert_never(content)


def _path(path: Path | None) -> JsonValue:
    return _LEFT_OUT if path is None else str(path)


def _plan(content: StateRecord) -> JsonValue:
    return _LEFT_OUT if content.plan is None else [{**item} for item in plan_as_json(content.plan)]


def _stamps(files: Mapping[Path, FileStamp | None]) -> dict[str, JsonValue]:
    return {
        str(path): None
        if stamp is None
        else {"mtime_ns": stamp.mtime_ns, "size_bytes": stamp.size_bytes}
        for path, stamp in files.items()
    }


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
    from sagent.session._converter import structured  # noqa: PLC0415  # cattrs takes 50 ms to load, and new sessions read nothing

    return structured(fields, cls)


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


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value
