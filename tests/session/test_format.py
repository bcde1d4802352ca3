"""The file's format, pinned, and what of it may be newer than this version."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sessions import SESSION_FILE, one_of_each, said, sealed

from sagent.budget import Amount
from sagent.errors import JsonError, SessionError, UsageError
from sagent.home import Home
from sagent.message import MultipartMessage, TextMessage
from sagent.model import Usage
from sagent.session import (
    MailRecord,
    MessageRecord,
    ShareRecord,
    SpendRecord,
    StateRecord,
    create_session,
    fork_session,
    open_session,
    read_session,
)

FOREIGN = b'{"kind":"telegram", "id":"t1","parent":null,"epoch":1,"ts":5,"words":["stop",1e2]}'


def lines_of(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / SESSION_FILE).read_bytes().splitlines()]


def rewrite(directory: Path, line: int, **fields: object) -> None:
    lines = lines_of(directory)
    lines[line] |= fields
    (directory / SESSION_FILE).write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_the_form_of_a_session_is_pinned(home: Home) -> None:
    with create_session(home, cwd=Path("/project")) as session:
        session.append(*one_of_each("hello"))

    header, first, second, head, compaction, spend, state, checkpoint, task = [
        {name: line[name] for name in line if name not in {"crc", "ts"}}
        for line in lines_of(session.directory)
    ]
    plain = {"epoch": 1, "id": header["id"], "parent": None}
    assert header == plain | {"kind": "session", "version": 1, "cwd": "/project"}
    assert first["message"]["content"] == "hello"
    assert (first["id"], first["parent"]) == (first["message"]["id"], None)
    assert (second["id"], second["parent"]) == (second["message"]["id"], first["id"])
    assert (head["head"], head["why"], head["parent"]) == (first["id"], "hello", second["id"])
    assert (compaction["replaced"], compaction["why"]) == (second["id"], "hello")
    assert (spend["usage"], spend["cost_usd"], spend["model_id"]) == ({}, "0.1", "hello")
    assert state["files"] == {"/hello": {"mtime_ns": 1, "size_bytes": 2}}
    item = {"content": "hello", "status": "pending", "active_form": "hello", "id": "hello"}
    assert state["plan"] == [item]
    assert (checkpoint["snapshot"], checkpoint["before"]) == ("hello", second["id"])
    assert (task["call_id"], task["name"], task["state"]) == ("hello", "hello", "started")


def test_a_record_of_an_unknown_kind_stays_byte_for_byte(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said("a")))
    with (session.directory / SESSION_FILE).open("ab") as file:
        file.write(FOREIGN + b"\n")
    with open_session(session.directory) as again:
        again.append(StateRecord(name="b"))

    transcript = read_session(session.directory)
    fork = fork_session(session.directory, home)

    assert [record.line for record in transcript.unknown] == [FOREIGN]
    assert transcript.damaged_lines == ()
    assert FOREIGN in (fork / SESSION_FILE).read_bytes().split(b"\n")


def test_unknown_fields_do_not_lose_a_record(home: Home) -> None:
    message = MultipartMessage((TextMessage("a"),))
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(message), StateRecord(name="n"))
    first = lines_of(session.directory)[1]["message"]
    part = first["content"][0] | {"mood": "good"}
    rewrite(session.directory, 0, colour="blue")
    rewrite(session.directory, 1, message=first | {"content": [part], "mood": 1}, colour="blue")
    rewrite(session.directory, 2, colour="blue")

    transcript = read_session(session.directory)

    assert transcript.conversation == (message,)
    assert transcript.state.name == "n"


def test_a_newer_format_is_read_but_not_written(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(StateRecord(name="n"))
    rewrite(session.directory, 0, version=2)

    assert read_session(session.directory).state.name == "n"
    with (
        pytest.raises(SessionError, match=r"has format 2.*read it only"),
        open_session(session.directory),
    ):
        pass


@pytest.mark.parametrize(
    "line",
    [b"[]", b"{}", b'{"kind":1}', b'{"kind":"message"}', b'{"kind":"message","message":{"kind":"text"}}',
     b'{"kind":"spend","usage":{"input_tokens":"many"}}', b'{"kind":"head","head":3}',
     b'{"kind":"state","files":[1]}', b'{"kind":"state","plan":[{"content":"a","status":"b"}]}', b'{"kind":"spend","usage":{},"cost_usd":"NaN","model_id":"","provider":""}',
     b"[" * 100_000, b"\xff\xfe", b'{"crc":"zzzzzzzz","kind":',
     sealed(b'"kind":"message","id":"\xff","parent":null,"epoch":1,"ts":1,"message":{}'),
     sealed(b'"kind":"state","id":"a","parent":null,"epoch":1,"ts":%b,"name":"x"' % (b"9" * 5000))],
)  # fmt: skip
def test_what_is_no_record_is_told_and_left_out(home: Home, line: bytes) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(StateRecord(name="n"))
    with (session.directory / SESSION_FILE).open("ab") as file:
        file.write(line + b"\n")

    transcript = read_session(session.directory)

    assert transcript.damaged_lines == (3,)
    assert transcript.state.name == "n"


def test_nan_is_refused() -> None:
    with pytest.raises(UsageError, match="finite"):
        SpendRecord(usage=Usage(), cost_usd=Decimal("NaN"), model_id="m", provider="P")


def test_a_message_that_nests_too_deep_is_refused_and_the_session_goes_on(home: Home) -> None:
    deep = MultipartMessage(())
    for _ in range(3000):
        deep = MultipartMessage((deep,))
    with create_session(home, cwd=Path.cwd()) as session:
        with pytest.raises(JsonError, match="too deep"):
            session.append(MessageRecord(deep))
        session.append(MessageRecord(said("a")))

    assert read_session(session.directory).damaged_lines == ()


def test_a_line_separator_of_unicode_does_not_part_a_record(home: Home) -> None:
    message = said("one\u2028two\u2029three\x85four")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(message))

    assert read_session(session.directory).conversation == (message,)


def test_the_form_of_what_a_child_takes_and_of_what_waits_for_it_is_pinned(home: Home) -> None:
    spent = Amount(usd=Decimal("0.10"), tokens=3, calls=2, unpriced_calls=1)
    with create_session(home, cwd=Path("/project")) as session:
        session.append(
            ShareRecord(spent=spent, lived_s=1.5),
            MailRecord(message_id="m", text="hello", source="/boss", hops=2),
        )

    _, share, mail = lines_of(session.directory)

    assert (share["kind"], share["lived_s"]) == ("share", 1.5)
    assert share["spent"] == {"usd": "0.10", "tokens": 3, "calls": 2, "unpriced_calls": 1}
    assert (mail["kind"], mail["message_id"], mail["text"]) == ("mail", "m", "hello")
    assert (mail["source"], mail["hops"]) == ("/boss", 2)
    assert read_session(session.directory).share == ShareRecord(spent=spent, lived_s=1.5)
