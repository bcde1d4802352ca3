"""Runs whose work is written down."""

import json
import os
from pathlib import Path

from command import Command, at, one_line
from loopback import answer, call, serve_loopback


def test_a_trace_tells_turn_calls_and_costs_but_not_what_was_said(
    sagent: Command, project: Path
) -> None:
    (project / "a.txt").write_text("classified")

    with serve_loopback(call("Read", {"file_path": "a.txt"}), answer("hello")) as server:
        done = sagent("a question", *at(server), "--name", "main", "--trace", "trace.jsonl")

    text = (project / "trace.jsonl").read_text()
    spans = [json.loads(line) for line in text.splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [span["name"] for span in spans] == [
        "chat m", "execute_tool Read", "chat m", "invoke_agent main",
    ]  # fmt: skip
    assert {span["parent_id"] for span in spans[:3]} == {spans[3]["span_id"]}
    assert spans[3]["attributes"]["sagent.asked_by"] == ["user"]
    assert not any(said in text for said in ("classified", "a question", "hello"))


def test_a_trace_that_cannot_be_written_is_a_usage_error(sagent: Command, project: Path) -> None:
    with serve_loopback(answer("never")) as server:
        done = sagent("hi", *at(server), "--trace", "missing/trace.jsonl")

    assert done.returncode == 2
    assert "missing/trace.jsonl cannot be written" in one_line(done.stderr)
    assert server.seen == []


def test_a_pipe_that_nobody_reads_takes_no_trace(sagent: Command, project: Path) -> None:
    os.mkfifo(project / "trace.jsonl")

    with serve_loopback(answer("never")) as server:
        done = sagent("hi", *at(server), "--trace", "trace.jsonl")

    assert done.returncode == 2
    assert "trace.jsonl cannot be written: No such device" in one_line(done.stderr)


def test_a_trace_that_the_disk_has_no_room_for_is_told_and_the_run_goes_on(
    sagent: Command, project: Path
) -> None:
    (project / "trace.jsonl").symlink_to("/dev/full")

    with serve_loopback(call("List", {"path": "."}), answer("hello")) as server:
        done = sagent("hi", *at(server), "--trace", "trace.jsonl")

    assert (done.returncode, done.stdout) == (0, b"hello\n")
    assert "no more is traced: trace.jsonl cannot be written: No space" in one_line(done.stderr)
