"""Messages and records of all kinds, for the tests of sessions."""

from decimal import Decimal
from pathlib import Path
from zlib import crc32

import attrs

from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    tool_call_message,
    tool_result_message,
)
from sagent.model import Usage
from sagent.session import (
    CheckpointRecord,
    CompactionRecord,
    HeadRecord,
    MessageRecord,
    Record,
    SpendRecord,
    StateRecord,
    TaskRecord,
)
from sagent.tool import FileStamp, PlanItem

SESSION_FILE = "session.jsonl"


def sealed(body: bytes) -> bytes:
    """Make a line of the inside of a JSON object, with a checksum that is right."""
    rest = body + b"}"
    return b'{"crc":"%08x",%b' % (crc32(rest), rest)


def said(text: str, parent: Message | None = None) -> TextMessage:
    return TextMessage(text, Descriptor.USER, parent_id=parent.id if parent else None)


def called(*call_ids: str, parent: Message | None = None) -> MultipartMessage:
    calls = (tool_call_message("Read", {"file_path": "/a"}, call_id=id_) for id_ in call_ids)
    return MultipartMessage(
        (TextMessage("let me look"), *calls),
        Descriptor.MODEL,
        parent_id=parent.id if parent else None,
    )


def resulted(call_id: str, parent: Message | None = None, text: str = "done") -> Message:
    result = tool_result_message(tool_call_message("Read", {}, call_id=call_id), TextMessage(text))
    return attrs.evolve(result, parent_id=parent.id if parent else None)


def one_of_each(text: str) -> list[Record]:
    """A record of each kind, with *text* wherever anyone's text goes."""
    first = said(text)
    parts = MultipartMessage(
        (
            TextMessage(f"see {text}"),
            JsonMessage({text: [text, {"deep": f"<{text}>"}]}),
            BytesMessage(b"\x89" + text.encode(), "application/octet-stream"),
            tool_call_message("Bash", {"command": f"echo {text}"}, call_id=text),
        ),
        Descriptor.MODEL,
        parent_id=first.id,
        source=text,
    )
    return [
        MessageRecord(first),
        MessageRecord(parts),
        HeadRecord(first.id, text),
        CompactionRecord(replaced=parts.id, why=text),
        SpendRecord(usage=Usage(), cost_usd=Decimal("0.1"), model_id=text, provider=text),
        StateRecord(
            name=text,
            status=text,
            agent=text,
            model_id=text,
            provider=text,
            cwd=Path("/") / text,
            plan=(PlanItem(content=text, active_form=text, id=text),),
            files={Path("/") / text: FileStamp(1, 2)},
        ),
        CheckpointRecord(snapshot=text, before=parts.id),
        TaskRecord(call_id=text, name=text, state="started"),
    ]
