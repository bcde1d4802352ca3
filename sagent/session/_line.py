"""A record's line: JSON in ASCII, with a checksum before the rest.

    {"crc":"9a3b01cd","kind":"message","id":"..","parent":"..","epoch":1,"ts":17..,"message":{..}}

The checksum (CRC-32, RFC 1952, 8, of all that follows it) lets a reader trust a line without
parsing it, so that what does not move the head is parsed when it is first asked for. A line whose
checksum is missing or wrong counts if it parses: a person may have edited it.
"""

import json
import re
from collections.abc import Mapping
from typing import cast
from zlib import crc32

import attrs

from sagent.errors import JsonError, SessionError
from sagent.session._fields import UNREADABLE, decode_fields, encode_fields
from sagent.session._records import Header, MessageRecord, RawRecord, Record

_PLAIN = rb"[ !#-\[\]-~]*"
_NUMBER = rb"\d{1,19}"
_LAZY = re.compile(
    rb'\{"crc":"[0-9a-f]{8}","kind":"(message|spend|state|checkpoint|task|share|mail)",'
    rb'"id":"(%b)","parent":(?:null|"(%b)"),"epoch":(%b),"ts":(%b),'
    % (_PLAIN, _PLAIN, _NUMBER, _NUMBER)
)
_CRC = slice(8, 16)
_BODY_START = 18


@attrs.frozen
class Envelope:
    """What every record carries beside its content.

    Attributes:
        id: a message's own, or one made for the record.
        parent: a message's parent, or the head as it was.
        epoch: which opening of the session for writing it was written in, from 1.
        ts_ns: when it was written, in nanoseconds since the epoch.
    """

    id: str
    parent: str | None
    epoch: int
    ts_ns: int


type Seal = tuple[bytes, bytes, bytes | None, bytes, bytes]
"""What a line that can be trusted says before it is parsed: kind, id, parent, epoch, time."""


@attrs.frozen
class Line:
    """A line as it was read."""

    envelope: Envelope
    content: Record | Header | RawRecord


def write_line(content: Record | Header, envelope: Envelope) -> str:
    """Give *content* as a line, its line end included.

    Raises:
        JsonError: it holds what JSON cannot carry.
    """
    kind, fields = encode_fields(content)
    body = (
        f'"kind":"{kind}","id":{_quoted(envelope.id)},"parent":{_quoted(envelope.parent)},'
        f'"epoch":{envelope.epoch},"ts":{envelope.ts_ns},{fields}}}'
    )
    return f'{{"crc":"{crc32(body.encode()):08x}",{body}\n'


def read_seal(line: bytes) -> Seal | None:
    """Take apart the head of *line*, if it can be trusted and need not be parsed now."""
    try:
        if int(line[_CRC], 16) != crc32(line[_BODY_START:]):
            return None
    except ValueError:
        return None
    match = _LAZY.match(line)
    return cast("Seal", match.groups()) if match else None  # as the pattern has it


def parse_line(line: bytes) -> Line | None:
    """Parse *line*, given without its line end; None if it is damaged."""
    try:
        fields = _fields(line)
        content = _content(fields, line)
    except UNREADABLE:
        return None
    envelope = _envelope(fields)
    if isinstance(content, MessageRecord):
        envelope = attrs.evolve(envelope, id=content.message.id)
    return Line(envelope, content)


def parse_sealed[R: Record](line: bytes, kind: type[R]) -> R:
    """Parse a line that `read_seal` trusts.

    Raises:
        SessionError: it was written by another version, and cannot be read by this one.
    """
    try:
        record = _content(_fields(line), line)
        if not isinstance(record, kind):
            raise TypeError(f"it is a {type(record).__name__}")  # told as all others
    except UNREADABLE as error:
        raise SessionError(
            f"a {kind.__name__} of the session cannot be read: it may be a newer sagent's ({error})"
        ) from error
    return record


def _fields(line: bytes) -> Mapping[str, object]:
    value: object = json.loads(line.decode())
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)  # JSON's keys are strings
        if isinstance(fields.get("kind"), str):
            return fields
    raise JsonError("a record is a JSON object with a kind")


def _content(fields: Mapping[str, object], line: bytes) -> Record | Header | RawRecord:
    content = decode_fields(fields)
    return RawRecord(line) if content is None else content


def _envelope(fields: Mapping[str, object]) -> Envelope:
    id_, parent, epoch, ts = (fields.get(name) for name in ("id", "parent", "epoch", "ts"))
    return Envelope(
        id_ if isinstance(id_, str) else "",
        parent if isinstance(parent, str) else None,
        epoch if isinstance(epoch, int) else 0,
        ts if isinstance(ts, int) else 0,
    )


def _quoted(text: str | None) -> str:
    return "null" if text is None else json.dumps(text)
