"""Standard streams that others close, fill or never read."""

import sys

import pytest
import trio
from command import COMMAND, at, clean
from loopback import answer, open_loopback, refusal


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


async def test_a_conversation_that_nobody_reads_is_no_traceback() -> None:
    async with open_loopback(answer("hello")) as server:
        command = [*COMMAND, *at(server), "--input-format", "stream-json"]
        done = await trio.run_process(
            ["sh", "-c", '"$@" --output-format stream-json | true', "sh", *command],
            capture_stderr=True,
            env=clean(),
            stdin=b'{"prompt": "hi"}\n' * 3,
        )

    assert done.stderr == b""
