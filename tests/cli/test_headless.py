"""The command, as a shell runs it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
import trio
from loopback import Loopback, Reply, answer, call, chat, open_loopback, refusal, stream_head

from sagent.cli._parser import PROVIDERS, TOOLS
from sagent.providers import PROVIDER_NAMES
from sagent.tools import TOOLS as BUILT_IN


def clean() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OPENAI", "SAGENT")) and "proxy" not in name.lower()
    }


async def sagent(
    *arguments: str,
    stdin: bytes = b"",
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> "subprocess.CompletedProcess[bytes]":
    return await trio.run_process(
        [sys.executable, "-m", "sagent", *arguments],
        stdin=stdin,
        capture_stdout=True,
        capture_stderr=True,
        check=False,
        env=clean() | dict(environ or {}),
        cwd=cwd,
    )


def at(server: Loopback) -> tuple[str, ...]:
    return ("--base-url", server.base_url, "--model", "m")


async def failing(reply: Reply, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    async with open_loopback(reply) as server:
        return await sagent(*at(server), *arguments, "go")


def one_line(stderr: bytes) -> str:
    text = stderr.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("sagent: ")
    assert "Traceback" not in text
    return text


async def test_the_answer_goes_to_standard_output_and_nothing_else() -> None:
    async with open_loopback(answer("hello there")) as server:
        done = await sagent(*at(server), "say", "hi")

    assert (done.returncode, done.stdout, done.stderr) == (0, b"hello there\n", b"")
    assert server.seen[0].body["messages"][-1] == {"role": "user", "content": "say hi"}


async def test_the_prompt_may_come_on_standard_input() -> None:
    async with open_loopback(answer("hello")) as server:
        done = await sagent(*at(server), stdin=b"say hi\n")

    assert done.stdout == b"hello\n"
    assert server.seen[0].body["messages"][-1]["content"] == "say hi\n"


async def test_json_is_one_object_with_the_answer_and_its_tokens() -> None:
    async with open_loopback(answer("hello", prompt_tokens=3, completion_tokens=1)) as server:
        done = await sagent(*at(server), "--output-format", "json", "hi")

    assert json.loads(done.stdout) == {
        "content": "hello",
        "usage": {"input_tokens": 3, "output_tokens": 1, "cached_tokens": 0},
    }


async def test_stream_json_shows_the_call_and_its_result_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("42\n")
    async with open_loopback(call("Read", {"file_path": "a.txt"}), answer("it is 42")) as server:
        done = await sagent(*at(server), "--output-format", "stream-json", "go", cwd=tmp_path)

    events = [json.loads(line) for line in done.stdout.splitlines()]
    called = next(event for event in events if event["descriptor"] == "multipart/x-tool-call")
    returned = next(event for event in events if event["descriptor"] == "multipart/x-tool-result")
    assert (called["name"], called["content"]) == ("Read", {"file_path": "a.txt"})
    assert (returned["content"], returned["is_error"]) == ("1\t42", False)
    assert returned["call_id"] == called["call_id"]
    assert events[-1]["descriptor"] == "result"
    assert events[-1]["content"] == "it is 42"


async def test_the_system_prompt_ends_with_the_users_own() -> None:
    async with open_loopback(answer("hello")) as server:
        await sagent(*at(server), "--system", "Speak Latin.", "hi")

    assert server.seen[0].body["messages"][0]["content"].endswith("Speak Latin.")


async def test_the_first_request_with_all_tools_is_at_most_8_kb() -> None:
    async with open_loopback(answer("hello")) as server:
        await sagent(*at(server), "hi")

    assert len(server.seen[0].body["tools"]) == len(TOOLS)
    assert len(json.dumps(server.seen[0].body)) <= 8192


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (("--tools", "none"), []),
        (("--tools", "Read", "Grep"), ["Read", "Grep"]),
        (("--tools", "Read,Grep"), ["Read", "Grep"]),
    ],
)
async def test_tools_are_chosen_by_name(flags: tuple[str, ...], names: list[str]) -> None:
    async with open_loopback(answer("hello")) as server:
        await sagent("hi", *at(server), *flags)

    tools = server.seen[0].body.get("tools", [])
    assert [tool["function"]["name"] for tool in tools] == names


async def test_a_run_over_its_rounds_fails() -> None:
    done = await failing(call("List", {"path": "."}), "--max-tool-call-rounds", "2")

    assert done.returncode == 1
    assert "asked 2 times" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--nonsense",), "unrecognized arguments: --nonsense"),
        (("--provider", "Nope", "hi"), "unknown provider: 'Nope'; choose Anthropic, OpenAI"),
        (("--provider", "Local", "--model", "nope", "hi"), "Local has no model 'nope'"),
        (("--provider", "Local", "hi", "--tools", "Nope"), "unknown tool: 'Nope'"),
        (("--provider", "Local", "--base-url", "http://h/v1", "hi"), "--base-url does not go with"),
        (("--base-url", "not-a-url", "--model", "m", "hi"), "is not a base URL"),
        (("--base-url", "http://127.0.0.1:1/v1", "hi"), "needs a model"),
        (("--output-format", "yaml", "hi"), "invalid choice: 'yaml'"),
        (("--max-tool-call-rounds", "0", "hi"), "at least 1"),
        (("--max-tool-call-rounds", "many", "hi"), "'many' is no number of rounds"),
        (("--provider", "Local", "--tools", "Read", "Find the bug"), "put it first"),
        (("--base-url", "http://127.0.0.1:abc/v1", "--model", "m", "hi"), "is not a base URL"),
        (("--provider", "Local"), "no input on standard input"),
    ],
)
async def test_what_cannot_be_meant_is_a_usage_error(arguments: tuple[str, ...], said: str) -> None:
    done = await sagent(*arguments)

    assert done.returncode == 2
    assert said in one_line(done.stderr)
    assert done.stdout == b""


async def test_without_a_key_or_a_provider_it_says_what_it_looked_for_and_offers_local() -> None:
    done = await sagent("hi")

    assert done.returncode == 1
    line = one_line(done.stderr)
    assert "ANTHROPIC_API_KEY, OPENAI_API_KEY, GOOGLE_API_KEY" in line
    assert "--provider Local" in line


async def test_a_missing_key_is_told_before_anything_is_sent() -> None:
    done = await sagent("--base-url", "https://api.example.com/v1", "--model", "m", "hi")

    assert done.returncode == 1
    assert "set OPENAI_COMPAT_API_KEY or OPENAI_API_KEY" in one_line(done.stderr)


async def test_an_unreachable_server_is_one_line() -> None:
    done = await sagent("--base-url", "http://127.0.0.1:1/v1", "--model", "m", "hi")

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
async def test_a_server_that_fails_is_one_line_and_exit_code_1(reply: Reply, said: str) -> None:
    done = await failing(reply)

    assert done.returncode == 1
    assert said in one_line(done.stderr)
    assert done.stdout == b""


@pytest.mark.parametrize(("form", "key"), [("json", "error"), ("stream-json", "content")])
async def test_invariant_10_machine_output_stays_machine_output_when_the_run_fails(
    form: str, key: str
) -> None:
    done = await failing(refusal("500 Oops", b"{}", final=True), "--output-format", form)

    assert "broke off (500)" in json.loads(done.stdout.splitlines()[-1])[key]
    one_line(done.stderr)


async def test_a_usage_error_is_told_to_machines_too() -> None:
    done = await sagent("--provider", "Nope", "--output-format", "json", "hi")

    assert done.returncode == 2
    assert "unknown provider" in json.loads(done.stdout)["error"]


async def test_an_interrupted_run_ends_its_machine_output_with_a_line_that_says_so() -> None:
    async with open_loopback(chat({"choices": []}, hang=True)) as server:
        command = [sys.executable, "-m", "sagent", *at(server), "--output-format", "stream-json"]
        process = await trio.lowlevel.open_process(
            [*command, "go"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=clean()
        )
        await server.asked.wait()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        output = b"".join([chunk async for chunk in process.stdout])
        code = await process.wait()

    assert code == 130
    assert json.loads(output.splitlines()[-1]) == {
        "descriptor": "text/x-error",
        "content": "interrupted",
    }


@pytest.mark.parametrize("form", ["text", "stream-json"])
async def test_ctrl_c_ends_the_wait_for_a_prompt_that_does_not_come(form: str) -> None:
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", "sagent", "--provider", "Local", "--output-format", form],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=clean(),
    )
    assert process.stderr is not None
    with trio.fail_after(20):
        while not waits_in_read(process.pid):
            await trio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    with trio.fail_after(5):
        complaint = b"".join([chunk async for chunk in process.stderr])
        code = await process.wait()

    assert (code, complaint) == (130, b"")


async def test_invariant_9_a_key_that_a_server_repeats_is_in_no_output() -> None:
    secret = "sk-0123456789"
    reply = refusal("401 Unauthorized", json.dumps({"error": f"bad {secret}"}).encode())
    async with open_loopback(reply) as server:
        done = await sagent(*at(server), "hi", environ={"OPENAI_API_KEY": secret})

    assert secret.encode() not in done.stdout + done.stderr


async def test_invariant_9_a_tool_does_not_see_the_key() -> None:
    secret = "sk-0123456789"
    async with open_loopback(call("Bash", {"command": "env"}), answer("ok")) as server:
        done = await sagent(
            *at(server), "--output-format", "stream-json", "hi", environ={"OPENAI_API_KEY": secret}
        )

    assert done.returncode == 0
    assert secret not in json.dumps(server.seen[1].body)


async def test_output_that_nobody_reads_is_no_traceback() -> None:
    async with open_loopback(answer("word " * 50_000)) as server:
        command = [sys.executable, "-m", "sagent", *at(server), "hi"]
        done = await trio.run_process(
            ["sh", "-c", '"$@" | head -c 1', "sh", *command],
            capture_stdout=True,
            capture_stderr=True,
            env=clean(),
            stdin=b"",
        )

    assert done.stderr == b""


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", "2>&-", "| true"])
async def test_streams_that_cannot_be_written_are_no_traceback(form: str, redirection: str) -> None:
    async with open_loopback(refusal("500 Oops", b"{}", final=True)) as server:
        command = [sys.executable, "-m", "sagent", *at(server), "--output-format", form, "hi"]
        done = await trio.run_process(
            ["sh", "-c", f'"$@" {redirection}', "sh", *command],
            capture_stdout=True,
            capture_stderr=True,
            check=False,
            env=clean(),
            stdin=b"",
        )

    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr
    assert done.stderr.count(b"\n") <= 1


async def test_control_sequences_of_a_model_do_not_reach_a_pipe_changed() -> None:
    async with open_loopback(answer("\x1b[31mred")) as server:
        done = await sagent(*at(server), "hi")

    assert done.stdout == b"\x1b[31mred\n"


@pytest.mark.parametrize("flag", ["--help", "--version"])
async def test_help_and_version_load_none_of_the_heavy_libraries(flag: str) -> None:
    code = (
        "import sys; from sagent.cli import main\n"
        "try: main([sys.argv[1]])\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = {'httpx', 'rich', 'prompt_toolkit', 'trio', 'attrs', 'typing'} & set(sys.modules)\n"
        "assert not heavy - ({'typing'} if sys.argv[1] == '--version' else set()), heavy"
    )

    done = await trio.run_process(
        [sys.executable, "-c", code, flag], capture_stdout=True, capture_stderr=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")


async def test_importing_sagent_loads_no_other_library() -> None:
    code = "import sys, sagent; assert not {'httpx', 'rich', 'trio', 'attrs'} & set(sys.modules)"

    await trio.run_process([sys.executable, "-c", code])


def test_the_help_knows_every_provider_and_tool() -> None:
    assert PROVIDERS == PROVIDER_NAMES
    assert set(TOOLS) == set(BUILT_IN)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_invariant_3_a_signal_leaves_no_process_of_a_tool_behind(
    number: signal.Signals, tmp_path: Path
) -> None:
    mark = f"30{os.getpid()}{number}"
    tree = f"setsid sleep {mark} & sh -c 'sleep {mark}; true' & (sleep {mark}; true); wait"
    async with open_loopback(call("Bash", {"command": tree})) as server:
        command = [sys.executable, "-m", "sagent", *at(server), "go"]
        async with trio.open_nursery() as nursery:
            start = partial(
                trio.run_process, command, stdin=b"", check=False, env=clean(),
                capture_stdout=True, capture_stderr=True,
            )  # fmt: skip
            process = await nursery.start(start)
            with trio.fail_after(20):
                while len(sleepers(mark)) < 3:
                    await trio.sleep(0.02)
            process.send_signal(number)
            with trio.fail_after(5):
                code = await process.wait()
            with trio.move_on_after(0.5):
                while sleepers(mark):
                    await trio.sleep(0.01)

    assert sleepers(mark) == []
    assert code == (-number if number == signal.SIGKILL else 130)


def waits_in_read(pid: int) -> bool:
    """Tell whether a thread of the process *pid* is parked in a read of its standard input."""
    return any(
        (task / "syscall").read_text().split()[:2] in (["0", "0x0"], ["63", "0x0"])  # x86, Arm
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


def sleepers(mark: str) -> list[str]:
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if arguments[0] == b"sleep" and mark.encode() in arguments and state != "Z":
            found.append(entry.name)
    return found
