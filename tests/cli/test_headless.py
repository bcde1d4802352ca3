"""A run without a person: what it is given, and what it gives however it ends."""

import errno
import json
import os
import pty
from pathlib import Path

import pytest
import trio
from command import COMMAND, Command, at, clean, one_line
from loopback import Reply, answer, call, refusal, serve_loopback

from sagent.cli._flags import EFFORTS
from sagent.model import EFFORTS as ALL_EFFORTS

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
JSON = ("--output-format", "json")
STREAM = ("--output-format", "stream-json")
BUSY = Reply(
    [
        b"HTTP/1.1 429 Wait\r\nretry-after: 1\r\ncontent-type: text/plain\r\ncontent-length: 0\r\n\r\n"
    ]
)
BROKEN = refusal("500 Oops", b"{}")
KEY = ("--provider", "Anthropic")


def test_a_result_of_a_tool_is_text_and_no_repr(sagent: Command, project: Path) -> None:
    (project / "a.txt").write_text("42\n")
    with serve_loopback(call("Read", {"file_path": "a.txt"}), answer("42")) as server:
        done = sagent(*at(server), *STREAM, "go")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    [returned] = [each for each in events if each["descriptor"] == "multipart/x-tool-result"]
    assert returned["content"] == "1\t42"
    assert b"TextMessage" not in done.stdout


@pytest.mark.parametrize("flags", [(), ("--output-format", "json"), ("-p",)])
def test_nothing_on_standard_input_is_one_line(flags: tuple[str, ...], sagent: Command) -> None:
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), *flags)

    assert done.returncode == 2
    assert "no input on standard input: pass a prompt there" in one_line(done.stderr)


def test_a_model_that_there_is_not_is_one_line(sagent: Command) -> None:
    gone = refusal("404 Not Found", b'{"error":{"message":"The model `m` does not exist"}}')
    with serve_loopback(gone) as server:
        done = sagent(*at(server), *JSON, "hi")

    assert done.returncode == 1
    assert "'m'" in one_line(done.stderr)
    assert "'m'" in json.loads(done.stdout)["error"]


@pytest.mark.parametrize(
    ("model", "effort", "told"),
    [
        ("claude-opus-5-5", "none", "no effort 'none': choose low, medium, high, xhigh, max"),
        ("claude-opus-4-6", "xhigh", "no effort 'xhigh': choose none, low, medium, high, max"),
        ("claude-3-5-haiku-latest", "high", "cannot be told how hard to think"),
    ],
)
def test_an_effort_that_the_model_does_not_have_is_one_line(
    model: str, effort: str, told: str, sagent: Command
) -> None:
    environ = {"ANTHROPIC_API_KEY": "k"}

    done = sagent(*KEY, "--model", model, "--effort", effort, "hi", environ=environ)

    assert done.returncode == 2
    assert told in one_line(done.stderr)


def test_effort_and_the_length_of_answers_reach_the_wire(sagent: Command) -> None:
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "--effort", "high", "--max-response-tokens", "99", "hi")

    body = server.seen[0].body
    assert (body["reasoning_effort"], body["max_tokens"]) == ("high", 99)


def test_every_effort_can_be_asked_for() -> None:
    assert EFFORTS == ALL_EFFORTS


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--max-tool-call-rounds", "2"), "the model was asked 2 times and is not done"),
        (("--max-budget-tokens", "10"), "tokens"),
    ],
    ids=["rounds", "budget"],
)
@pytest.mark.parametrize(("form", "key"), [("json", "error"), ("stream-json", "content")])
def test_a_run_at_its_limit_fails_in_its_format(
    flags: tuple[str, ...], told: str, form: str, key: str, sagent: Command
) -> None:
    with serve_loopback(call("List", {"path": "."})) as server:
        done = sagent(*at(server), *flags, "--output-format", form, "hi")

    end = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 1
    assert told in end[key]
    assert end["session_id"]
    assert told in one_line(done.stderr)


def test_a_key_that_is_refused_is_one_line_and_never_shown(sagent: Command) -> None:
    refused = refusal("401 Unauthorized", b'{"error":{"message":"bad key sk-secret-1"}}')
    with serve_loopback(refused) as server:
        done = sagent(*at(server), *JSON, "hi", environ={"OPENAI_COMPAT_API_KEY": "sk-secret-1"})

    assert done.returncode == 1
    assert "refused the key (401)" in one_line(done.stderr)
    assert "refused the key (401)" in json.loads(done.stdout)["error"]
    assert b"sk-secret-1" not in done.stdout + done.stderr


def test_what_fails_in_passing_is_tried_again_and_told(sagent: Command) -> None:
    with serve_loopback(BROKEN, answer("hello")) as server:
        done = sagent(*at(server), *STREAM, "hi")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    [retry] = [each for each in events if "attempt" in each]
    assert (done.returncode, done.stderr, len(server.seen)) == (0, b"", 2)
    assert retry["attempt"] == 2
    assert "500" in retry["content"]
    assert events[-1]["content"] == "hello"


def test_a_vendor_that_asks_to_slow_down_is_heeded(sagent: Command) -> None:
    with serve_loopback(BUSY, answer("hello")) as server:
        done = sagent(*at(server), "hi")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"hello\n", b"")
    assert len(server.seen) == 2


def test_what_runs_in_the_background_is_delivered_before_the_end(sagent: Command) -> None:
    started = call("Bash", {"command": "sleep 0.1; echo late", "background": True})
    with serve_loopback(started, answer("it runs"), answer("it said late")) as server:
        done = sagent(*at(server), "go")

    assert (done.returncode, done.stdout) == (0, b"it said late\n")
    news = server.seen[2].body["messages"][-1]["content"]
    assert news.splitlines()[0].startswith("[Bash, which ran in the background")
    assert "late" in news.splitlines()


def test_no_network_is_one_line(sagent: Command) -> None:
    done = sagent("--base-url", "http://127.0.0.1:1/v1", "--model", "m", *JSON, "hi")

    assert done.returncode == 1
    assert "cannot reach OpenAICompat at http://127.0.0.1:1/v1" in one_line(done.stderr)
    assert "cannot reach" in json.loads(done.stdout)["error"]


@pytest.mark.parametrize("user", ["/proc/none", ""])
def test_no_home_is_one_line_and_the_run_goes_on(sagent: Command, project: Path, user: str) -> None:
    environ = {"HOME": user, "SAGENT_HOME": ""}
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "hi", environ=environ)

    assert (done.returncode, done.stdout) == (0, b"hello\n")
    assert "this run is not kept" in one_line(done.stderr)


def test_a_disk_that_is_read_only_is_one_line_and_the_run_goes_on(
    sagent: Command, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdir(path: str, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    with serve_loopback(answer("hello")) as server:
        monkeypatch.setattr(os, "mkdir", mkdir)
        done = sagent(*at(server), "hi")

    assert (done.returncode, done.stdout) == (0, b"hello\n")
    assert "Read-only file system; this run is not kept" in one_line(done.stderr)


def test_an_image_goes_with_the_prompt(sagent: Command, project: Path) -> None:
    (project / "shot.dat").write_bytes(PNG)
    with serve_loopback(answer("seen")) as server:
        done = sagent(*at(server), "--image", "shot.dat", "--image", "shot.dat", "look")

    text, *images = server.seen[0].body["messages"][-1]["content"]
    assert done.returncode == 0
    assert text == {"type": "text", "text": "look"}
    assert len(images) == 2
    assert images[0]["image_url"]["url"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("content", "flags", "told"),
    [
        (None, (), "the image a.png cannot be read: No such file or directory"),
        (b"text", (), "a.png is no image that a model takes: make it a PNG, JPEG, GIF or WebP"),
        (PNG + bytes(5_000_000), (), "a.png is too large: an image has at most 5,000,000 bytes"),
        (PNG, ("--provider", "Local"), "does not look at images"),
    ],
    ids=["none", "text", "large", "blind"],
)
def test_an_image_that_cannot_be_shown_is_one_line(
    content: bytes | None, flags: tuple[str, ...], told: str, sagent: Command, project: Path
) -> None:
    if content is not None:
        (project / "a.png").write_bytes(content)
    with serve_loopback(answer("seen")) as server:
        done = sagent(*(flags or at(server)), "--image", "a.png", "look")

    assert (done.returncode, server.seen) == (2, [])
    assert told in one_line(done.stderr)


def test_an_answer_with_a_schema_is_json_that_fits(sagent: Command, project: Path) -> None:
    (project / "s.json").write_text('{"type": "array", "items": {"type": "integer"}}')
    with serve_loopback(answer('["1"]'), answer("[1, 2]")) as server:
        done = sagent(*at(server), *JSON, "--output-schema", "s.json", "count")
        text = sagent(*at(server), "--output-schema", "s.json", "count")

    assert json.loads(done.stdout)["content"] == [1, 2]
    assert text.stdout == b"[1,2]\n"
    asked = server.seen[0].body["response_format"]["json_schema"]["schema"]
    assert asked == {"type": "array", "items": {"type": "integer"}}
    assert '"1" is not of type' in server.seen[1].body["messages"][-1]["content"]


def test_an_answer_that_never_fits_its_schema_is_one_line(sagent: Command, project: Path) -> None:
    (project / "s.json").write_text('{"type": "integer"}')
    with serve_loopback(answer("one")) as server:
        done = sagent(*at(server), *JSON, "--output-schema", "s.json", "count")

    assert (done.returncode, len(server.seen)) == (1, 3)
    assert "did not fit the output schema 3 times" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "--output-schema s.json cannot be read: No such file or directory"),
        (b'{\n "type": \n}', "s.json: not JSON: Expecting value: line 3 column 1"),
        (b"[]", 's.json: a JSON Schema is an object, like {"type": "object"}'),
        (b'{"type": "none"}', "s.json: the output schema is not valid: "),
        (b"\xff", "s.json cannot be read: 'utf-8' codec can't decode"),
    ],
    ids=["none", "no-json", "array", "no-schema", "no-utf-8"],
)
def test_a_schema_that_is_none_is_wrong_usage(
    content: bytes | None, told: str, sagent: Command, project: Path, home: Path
) -> None:
    if content is not None:
        (project / "s.json").write_bytes(content)

    done = sagent("--provider", "Local", "--output-schema", "s.json", "count")

    assert done.returncode == 2
    assert told in one_line(done.stderr)
    assert not home.exists()


async def test_at_a_terminal_print_asks_for_a_prompt_and_begins_no_conversation() -> None:
    ours, theirs = pty.openpty()
    with trio.fail_after(30):
        done = await trio.run_process(
            [*COMMAND, "--provider", "Local", "-p"],
            stdin=theirs,
            stdout=theirs,
            capture_stderr=True,
            check=False,
            env=clean(),
        )
    os.close(ours)
    os.close(theirs)

    assert done.returncode == 2
    assert "no prompt: pass it as an argument" in one_line(done.stderr)


def test_the_config_says_effort_and_length_of_answers_where_no_flag_does(
    sagent: Command, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text('effort = "low"\nmax_response_tokens = 50\n')
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "hi")
        sagent(*at(server), "--effort", "high", "--max-response-tokens", "99", "hi")

    asked = [(each.body["reasoning_effort"], each.body["max_tokens"]) for each in server.seen]
    assert asked == [("low", 50), ("high", 99)]


def test_an_effort_of_the_config_is_no_reason_to_refuse_a_model(
    sagent: Command, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text('effort = "max"\n')
    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "hi")

    assert (done.returncode, done.stderr) == (0, b"")
    assert server.seen[0].body["reasoning_effort"] == "high"
