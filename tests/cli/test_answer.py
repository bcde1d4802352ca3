"""What a run prints when all goes well."""

import json
from pathlib import Path

from command import at, sagent_process
from loopback import answer, call, open_loopback


async def test_the_answer_goes_to_standard_output_and_nothing_else() -> None:
    async with open_loopback(answer("hello there")) as server:
        done = await sagent_process(*at(server), "say", "hi")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"hello there\n", b"")
    assert server.seen[0].body["messages"][-1] == {"role": "user", "content": "say hi"}


async def test_the_prompt_may_come_on_standard_input() -> None:
    async with open_loopback(answer("hello")) as server:
        done = await sagent_process(*at(server), stdin=b"say hi\n")

    assert done.stdout == b"hello\n"
    assert server.seen[0].body["messages"][-1]["content"] == "say hi\n"


async def test_json_is_one_object_with_the_answer_and_what_it_took() -> None:
    async with open_loopback(answer("hello", prompt_tokens=3, completion_tokens=1)) as server:
        done = await sagent_process(*at(server), "--output-format", "json", "hi")

    told = json.loads(done.stdout)
    assert told == {
        "content": "hello",
        "usage": {"input_tokens": 3, "output_tokens": 1, "cached_tokens": 0},
        "cost_usd": None,
        "session_id": told["session_id"],
    }


async def test_stream_json_shows_the_call_and_its_result_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("42\n")
    async with open_loopback(call("Read", {"file_path": "a.txt"}), answer("it is 42")) as server:
        done = await sagent_process(
            *at(server), "--output-format", "stream-json", "go", cwd=tmp_path
        )

    events = [json.loads(line) for line in done.stdout.splitlines()]
    called = next(event for event in events if event["descriptor"] == "multipart/x-tool-call")
    returned = next(event for event in events if event["descriptor"] == "multipart/x-tool-result")
    assert (called["name"], called["content"]) == ("Read", {"file_path": "a.txt"})
    assert (returned["content"], returned["is_error"]) == ("1\t42", False)
    assert returned["call_id"] == called["call_id"]
    assert events[-1]["descriptor"] == "result"
    assert events[-1]["content"] == "it is 42"


async def test_control_sequences_of_a_model_do_not_reach_a_pipe_changed() -> None:
    async with open_loopback(answer("\x1b[31mred")) as server:
        done = await sagent_process(*at(server), "hi")

    assert done.stdout == b"\x1b[31mred\n"
