"""A conversation with a program, over one process."""

import base64
import json
import signal
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
from command import COMMAND, Command, at, clean
from loopback import Loopback, Reply, answer, call, chat, open_loopback, refusal, serve_loopback
from printed_schema import check_line

from sagent.cli import _line_reader

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


def test_a_line_that_is_none_is_an_error_with_its_number_and_the_rest_goes_on(
    sagent: Command,
) -> None:
    bad = b'{"prompt": \n\n{"type": "dance"}\n["prompt"]\n{"prompt": 3}\n{"promt": "x"}\n\xff\n'
    with serve_loopback(answer("one")) as server:
        done = sagent(*at(server), *TALK, stdin=bad + lines({"prompt": "first", "id": "a"}))

    *errors, result = ends(done.stdout)
    assert done.returncode == 1
    assert [error["line"] for error in errors] == [1, 3, 4, 5, 6, 7]
    assert [error["content"][:24] for error in errors] == [
        "not JSON: Expecting valu",
        "unknown type 'dance': ch",
        "it is no object: write i",
        "it is no 'user': prompt:",
        "it is no 'user': Additio",
        "not JSON: 'utf-8' codec ",
    ]
    assert (result["content"], result["line"], result["id"]) == ("one", 8, "a")
    assert done.stderr.startswith(b"sagent: line 1: not JSON")
    assert done.stderr.count(b"\n") == len(errors)


def test_a_prompt_that_fails_is_an_error_and_the_next_is_answered(sagent: Command) -> None:
    replies = refusal("401 Unauthorized", b'{"error":{"message":"bad key"}}'), answer("two")
    with serve_loopback(*replies) as server:
        done = sagent(*at(server), *TALK, stdin=lines({"prompt": "first"}, {"prompt": "second"}))

    first, second = ends(done.stdout)
    assert done.returncode == 1
    assert (first["descriptor"], first["line"]) == ("text/x-error", 1)
    assert "refused the key (401)" in first["content"]
    assert (second["content"], second["line"]) == ("two", 2)


def test_nothing_is_read_after_the_end(sagent: Command) -> None:
    with serve_loopback(answer("one")) as server:
        done = sagent(*at(server), *TALK, stdin=lines({"prompt": "first"}, {"type": "end"}, 1))

    assert (done.returncode, done.stderr) == (0, b"")
    assert [end["content"] for end in ends(done.stdout)] == ["one"]


@pytest.mark.parametrize("stdin", [b"", b"\n \n"])
def test_no_line_at_all_is_wrong_usage_and_leaves_no_session(
    stdin: bytes, sagent: Command, home: Path
) -> None:
    with serve_loopback(answer("one")) as server:
        done = sagent(*at(server), *TALK, stdin=stdin)

    assert done.returncode == 2
    assert b"no input on standard input: write a line there" in done.stderr
    assert not list(home.rglob("session.jsonl"))


def test_a_line_without_end_is_bounded_and_the_next_is_read(
    sagent: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_line_reader, "MOST_LINE_BYTES", 100_000)
    long = lines({"prompt": "x" * 1_000_000}, {"prompt": "x" * 99_999})
    with serve_loopback(answer("one")) as server:
        done = sagent(*at(server), *TALK, stdin=long + b'{"prompt": "short"}')

    first, second, result = ends(done.stdout)
    assert (first["line"], second["line"], result["line"]) == (1, 2, 3)
    assert "bytes: send less at once" in first["content"]
    assert result["content"] == "one"


def test_images_come_as_files_and_as_base64(sagent: Command, project: Path) -> None:
    (project / "shot.bin").write_bytes(PNG)
    data = base64.b64encode(b"GIF89a" + bytes(8)).decode()
    said = lines(
        {"prompt": "look", "images": ["shot.bin", {"data": data}]},
        {"prompt": "look", "images": ["none.png"]},
        {"prompt": "look", "images": [{"data": base64.b64encode(b"text").decode()}]},
        {"prompt": "look", "images": [{"data": "no base64"}]},
    )
    with serve_loopback(answer("seen")) as server:
        done = sagent(*at(server), *TALK, stdin=said)

    _, *parts = server.seen[0].body["messages"][-1]["content"]
    urls = [part["image_url"]["url"] for part in parts]
    assert [url.partition(",")[0] for url in urls] == [
        "data:image/png;base64",
        "data:image/gif;base64",
    ]
    told = sorted((end["line"], end["content"]) for end in ends(done.stdout))
    assert [content for _, content in told] == [
        "seen",
        "the image none.png cannot be read: No such file or directory",
        "image 1 is no image that a model takes: make it a PNG, JPEG, GIF or WebP",
        "the data of an image is no base64: Only base64 data is allowed",
    ]


def test_files_come_as_read_shows_them(sagent: Command, project: Path) -> None:
    (project / "a.py").write_text("first\nsecond\n")
    said = lines(
        {"prompt": "look", "files": ["a.py"]},
        {"prompt": "look", "files": ["a.py", "none.py"]},
    )
    with serve_loopback(answer("seen")) as server:
        done = sagent(*at(server), *TALK, stdin=said)

    shown = json.dumps(server.seen[0].body["messages"][-1]["content"])
    assert "1\\tfirst" in shown
    told = sorted((end["line"], end["content"]) for end in ends(done.stdout))
    assert told == [(1, "seen"), (2, "not all of a.py, none.py exist")]


def test_every_answer_has_the_shape_of_the_schema(sagent: Command, project: Path) -> None:
    (project / "s.json").write_text('{"type": "integer"}')
    with serve_loopback(answer("1"), answer("one"), answer("2")) as server:
        done = sagent(
            *at(server), *TALK, "--output-schema", "s.json",
            stdin=lines({"prompt": "first"}, {"prompt": "second"}),
        )  # fmt: skip

    assert [end["content"] for end in ends(done.stdout)] == [1, 2]


@pytest.mark.parametrize(
    ("form", "told"), [("text", b"one\ntwo\n"), ("json", None)], ids=["text", "json"]
)
def test_answers_may_be_read_in_the_other_formats(
    form: str, told: bytes | None, sagent: Command
) -> None:
    with serve_loopback(answer("one"), answer("two")) as server:
        done = sagent(
            *at(server), "--input-format", "stream-json", "--output-format", form,
            stdin=lines({"prompt": "first"}, {"prompt": "second", "id": 7}),
        )  # fmt: skip

    assert told is None or done.stdout == told
    if told is None:
        _, second = map(json.loads, done.stdout.splitlines())
        assert (second["content"], second["line"], second["id"]) == ("two", 2, 7)


def test_a_question_is_passed_over_where_nobody_can_answer_any_more(sagent: Command) -> None:
    with serve_loopback(call("AskUser", {"question": "Which?"}), answer("so be it")) as server:
        done = sagent(*at(server), *TALK, stdin=lines({"prompt": "go"}))

    assert [end["content"] for end in ends(done.stdout)] == ["so be it"]


@attrs.define
class Talk:
    """A running conversation."""

    process: trio.Process
    server: Loopback
    _held: bytes = b""

    async def say(self, *said: object) -> None:
        assert self.process.stdin is not None
        await self.process.stdin.send_all(lines(*said))

    async def until(self, descriptor: str) -> dict[str, Any]:
        """Give the next object with *descriptor*; those before it fit the schema, as it does."""
        assert self.process.stdout is not None
        while True:
            while b"\n" not in self._held:
                self._held += await self.process.stdout.receive_some()
            line, _, self._held = self._held.partition(b"\n")
            told: dict[str, Any] = json.loads(line)
            check_line("event", told)
            if told["descriptor"] == descriptor:
                return told

    async def end(self) -> int:
        assert self.process.stdin is not None
        await self.process.stdin.aclose()
        return await self.process.wait()


@asynccontextmanager
async def open_talk(*replies: Reply) -> AsyncGenerator[Talk]:
    async with open_loopback(*replies) as server, trio.open_nursery() as nursery:
        start = partial(
            trio.run_process,
            [*COMMAND, *at(server), *TALK],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean(),
            check=False,
        )
        process: trio.Process = await nursery.start(start)
        assert process.stdout is not None
        with trio.fail_after(30):
            yield Talk(process, server)
        await process.stdout.aclose()


async def test_an_answer_comes_before_the_next_prompt_is_written() -> None:
    async with open_talk(answer("one"), answer("two")) as talk:
        await talk.say({"prompt": "first"})
        first = await talk.until("result")
        await talk.say({"prompt": "second"})
        second = await talk.until("result")
        code = await talk.end()

    assert (first["content"], second["content"], code) == ("one", "two", 0)


async def test_a_question_is_an_event_with_a_name_and_its_answer_a_line() -> None:
    asked = {
        "question": "Which?",
        "choices": [{"label": "left", "description": ""}, {"label": "right", "description": ""}],
    }
    async with open_talk(call("AskUser", asked), answer("left it is")) as talk:
        await talk.say({"prompt": "go"})
        question = await talk.until("application/x-question")
        await talk.say({"type": "answer", "id": "q9", "chosen": ["left"]})
        stranger = await talk.until("text/x-error")
        await talk.say({"type": "answer", "id": question["id"], "chosen": ["up"]})
        wrong = await talk.until("text/x-error")
        await talk.say({"type": "answer", "id": question["id"], "chosen": ["left"]})
        closed = await talk.until("application/x-answer")
        result = await talk.until("result")
        await talk.end()

    assert (stranger["line"], wrong["line"]) == (2, 3)
    assert "'q9' does not wait for an answer" in stranger["content"]
    assert "'up' is none of the choices" in wrong["content"]
    assert (closed["id"], closed["content"]["answer"]["chosen"]) == (question["id"], ["left"])
    assert result["content"] == "left it is"
    assert "left" in talk.server.seen[1].body["messages"][-1]["content"]


async def test_an_interrupt_gives_up_the_prompt_in_hand_and_what_waits_is_answered() -> None:
    begun: dict[str, object] = {"choices": [{"delta": {"content": "Well"}}]}
    async with open_talk(chat(begun, hang=True), answer("two")) as talk:
        await talk.say({"prompt": "first"}, {"prompt": "second"})
        await talk.until("text/plain")
        await talk.say({"type": "interrupt"})
        interrupted = await talk.until("text/x-interrupted")
        error = await talk.until("text/x-error")
        second = await talk.until("result")
        code = await talk.end()

    assert interrupted["content"] == "interrupted"
    assert (error["content"], error["line"]) == ("the turn was interrupted", 1)
    assert (second["content"], second["line"], code) == ("two", 2, 0)


async def test_what_steers_is_heeded_by_the_turn_in_hand() -> None:
    async with open_talk(call("Bash", {"command": "sleep 20"}), answer("I stop")) as talk:
        await talk.say({"prompt": "first"})
        await talk.until("multipart/x-tool-call")
        await talk.say({"type": "steer", "prompt": "stop that"})
        await talk.until("application/x-done")
        await talk.say({"type": "interrupt"})
        result = await talk.until("result")
        code = await talk.end()

    assert talk.server.seen[1].body["messages"][-1]["content"] == "stop that"
    assert (result["content"], result["line"], code) == ("I stop", 1, 0)


async def test_a_signal_ends_a_conversation_with_a_line_that_says_so() -> None:
    begun: dict[str, object] = {"choices": [{"delta": {"content": "Well"}}]}
    async with open_talk(chat(begun, hang=True)) as talk:
        await talk.say({"prompt": "first"})
        await talk.until("text/plain")
        talk.process.send_signal(signal.SIGTERM)
        error = await talk.until("text/x-error")
        code = await talk.process.wait()

    assert (error["content"], code) == ("interrupted", 130)
