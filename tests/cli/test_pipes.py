"""Standard streams that others close, fill or never read."""

import os
import sys
from pathlib import Path

import pytest
import trio
import trio.testing
from command import COMMAND, at, clean, one_line
from loopback import answer, open_loopback, refusal

from sagent.cli._piped import read_piped


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


@pytest.mark.parametrize("words", ["--version", "config", "doctor --offline"])
async def test_a_full_disk_is_one_line(words: str) -> None:
    with open("/dev/full", "wb") as full:  # noqa: ASYNC230, PTH123  # never waits
        done = await trio.run_process(
            [*COMMAND, *words.split()], stdout=full, capture_stderr=True, check=False, env=clean()
        )

    assert done.returncode == 1
    assert "standard output could not be written (No space left" in one_line(done.stderr)


@pytest.mark.parametrize("words", ["sessions --help", "doctor --offline", "ps --json"])
async def test_a_reader_that_has_gone_is_told_nothing(words: str) -> None:
    read, write = os.pipe()
    os.close(read)

    done = await trio.run_process(
        [*COMMAND, *words.split()], stdout=write, capture_stderr=True, check=False, env=clean()
    )
    os.close(write)

    assert b"Traceback" not in done.stderr
    assert b"Error" not in done.stderr


@pytest.mark.parametrize("words", ["hi --output-schema /dev/zero", "-p"])
async def test_input_without_an_end_is_one_line(words: str) -> None:
    with open("/dev/zero", "rb") as zero:  # noqa: ASYNC230, PTH123  # never waits
        done = await trio.run_process(
            [*COMMAND, "--base-url", "http://127.0.0.1:1", "--model", "m", *words.split()],
            stdin=zero,
            capture_stderr=True,
            check=False,
            env=clean(),
        )

    assert done.returncode == 2
    assert "er than " in one_line(done.stderr)


async def test_a_file_that_a_loop_reads_is_left_to_it(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("one\ntwo\n")
    async with open_loopback(answer("1"), answer("2")) as server:
        command = [sys.executable, "-m", "sagent", *at(server)]
        await trio.run_process(
            ["sh", "-c", 'while read x; do "$@" "say $x"; done < list', "sh", *command],
            capture_stdout=True,
            env=clean(),
            cwd=tmp_path,
        )

    said = [each.body["messages"][-1]["content"] for each in server.seen]
    assert said == ["say one", "say two"]


async def test_a_pipe_in_which_nothing_happens_is_told_and_left_alone(
    autojump_clock: trio.testing.MockClock,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    read, write = os.pipe()
    with os.fdopen(read) as silent, os.fdopen(write):
        monkeypatch.setattr(sys, "stdin", silent)

        assert await read_piped() == ""

    assert "nothing came on standard input in 3 s" in one_line(capfd.readouterr().err)
