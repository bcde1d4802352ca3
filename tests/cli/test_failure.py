"""What a run tells when it fails."""

import json
import sys
from pathlib import Path

import pytest
import trio
from command import Command, Ended, at, clean, one_line
from loopback import Reply, call, chat, refusal, serve_loopback, stream_head


def failing(sagent: Command, reply: Reply, *arguments: str) -> Ended:
    with serve_loopback(reply) as server:
        return sagent(*at(server), *arguments, "go")


def test_a_run_over_its_rounds_fails(sagent: Command) -> None:
    done = failing(sagent, call("List", {"path": "."}), "--max-tool-call-rounds", "2")

    assert done.returncode == 1
    assert "asked 2 times" in one_line(done.stderr)


def test_without_a_key_or_a_provider_it_says_what_it_looked_for_and_offers_local(
    sagent: Command,
) -> None:
    done = sagent("hi")

    assert done.returncode == 1
    line = one_line(done.stderr)
    assert "ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_API_KEY" in line
    assert "--provider Local" in line


def test_a_missing_key_is_told_before_anything_is_sent(sagent: Command) -> None:
    done = sagent("--base-url", "https://api.example.com/v1", "--model", "m", "hi")

    assert done.returncode == 1
    assert "set OPENAI_COMPAT_API_KEY or OPENAI_API_KEY" in one_line(done.stderr)


def test_an_unreachable_server_is_one_line(sagent: Command) -> None:
    done = sagent("--base-url", "http://127.0.0.1:1/v1", "--model", "m", "hi")

    assert done.returncode == 1
    assert "cannot reach OpenAICompat at http://127.0.0.1:1/v1" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (refusal("401 Unauthorized", b'{"error":{"message":"bad key"}}'), "refused the key (401)"),
        (refusal("404 Not Found", b'{"error":{"message":"no m"}}'), "'m'"),
        (refusal("500 Internal Server Error", b"{}", final=True), "broke off (500)"),
        (refusal("200 OK", b"<html>", kind="text/html"), "text/html instead of a stream"),
        (chat({"choices": [{"delta": {"content": "half"}}]}), "cut off"),
        (Reply([stream_head(), b"data: {bad\n\n"]), "not JSON"),
    ],
)
def test_a_server_that_fails_is_one_line_and_exit_code_1(
    sagent: Command, reply: Reply, said: str
) -> None:
    done = failing(sagent, reply)

    assert done.returncode == 1
    assert said in one_line(done.stderr)
    assert done.stdout == b""


@pytest.mark.parametrize(("form", "key"), [("json", "error"), ("stream-json", "content")])
def test_invariant_10_machine_output_stays_machine_output_when_the_run_fails(
    sagent: Command, form: str, key: str
) -> None:
    done = failing(sagent, refusal("500 Oops", b"{}", final=True), "--output-format", form)

    assert "broke off (500)" in json.loads(done.stdout.splitlines()[-1])[key]
    one_line(done.stderr)


@pytest.mark.parametrize("words", [("hi",), ("sessions", "list")])
async def test_a_directory_that_is_gone_is_one_line(words: tuple[str, ...], tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = (
        f"import os, sys; os.rmdir({str(gone)!r}); from sagent.cli import main; sys.exit(main())"
    )

    done = await trio.run_process(
        [sys.executable, "-P", "-c", script, *words], stdin=b"", capture_stderr=True, check=False, env=clean(), cwd=gone,
    )  # fmt: skip

    assert done.returncode == 1
    assert "the current directory is gone: cd to another one" in one_line(done.stderr)
