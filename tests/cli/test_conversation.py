"""A conversation with a program, over one process."""

import base64
import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
from command import COMMAND, Command, at, clean
from loopback import Loopback, Reply, answer, call, chat, open_loopback, refusal, serve_loopback
from printed_schema import check_line

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
TALK = ("--input-format", "stream-json", "--output-format", "stream-json")


def lines(*said: object) -> bytes:
    return b"".join(f"{json.dumps(each)}\n".encode() for each in said)


def ends(stdout: bytes) -> list[dict[str, Any]]:
    told = [json.loads(line) for line in stdout.splitlines()]
    return [each for each in told if each["descriptor"] in {"result", "text/x-error"}]


def test_each_line_is_a_prompt_of_one_conversation_with_its_own_result(sagent: Command) -> None:
    with serve_loopback(answer("one"), answer("two")) as server:
        done = sagent(*at(server), *TALK, stdin=lines({"prompt": "first"}, {"prompt": "second"}))

    assert (done.returncode, done.stderr) == (0, b"")
    first, second = ends(done.stdout)
    assert (first["content"], first["line"]) == ("one", 1)
    assert (second["content"], second["line"]) == ("two", 2)
    assert first["session_id"] == second["session_id"] is not None
    assert (
        first["usage"]
        == second["usage"]
        == {
            "input_tokens": 7,
            "output_tokens": 2,
            "cached_tokens": 0,
        }
    )
    said = [message["content"] for message in server.seen[1].body["messages"][1:]]
    assert said == ["first", "one", "second"]
