"""The log of a run."""

import logging
import stat
from pathlib import Path

import pytest
from command import Command, at, one_line
from loopback import answer, call, open_loopback, refusal, serve_loopback
from terminal import open_terminal

KEY = "sk-nobody-may-see-this"
BROKEN = refusal("500 Internal Server Error", b'{"error": {"message": "out of luck"}}')


def test_requests_calls_of_tools_and_retries_are_logged_on_standard_error(
    sagent: Command, project: Path
) -> None:
    (project / "a").write_text("one")
    replies = call("Read", {"file_path": "a"}), BROKEN, answer("done")

    with serve_loopback(*replies) as server:
        ended = sagent(*at(server), "--log-level", "DEBUG", "read a")

    lines = ended.stderr.decode().splitlines()
    told = [line.partition("sagent.run: ")[2] for line in lines if "sagent.run: " in line]
    assert ended.stdout == b"done\n"
    assert any("Agent asks m" in line for line in told)
    assert any("Agent has a response: 7 tokens in (0 cached), 2 out" in line for line in told)
    assert any("Agent calls Read (c1)" in line for line in told)
    assert any("Agent Read (c1) is done, after 0." in line for line in told)
    assert any("Agent asks again in " in line and "out of luck" in line for line in told)
    assert any("WARNING" in line and "asks again" in line for line in lines)


def test_at_a_higher_level_there_is_less(sagent: Command) -> None:
    with serve_loopback(answer("done")) as server:
        ended = sagent(*at(server), "--log-level", "ERROR", "hello")

    assert ended.stderr == b""


def test_what_is_said_is_not_logged(sagent: Command) -> None:
    with serve_loopback(answer("a word of honour")) as server:
        ended = sagent(*at(server), "--log-level", "DEBUG", "between you and me")

    assert b"honour" not in ended.stderr
    assert b"between you" not in ended.stderr


def test_keys_are_taken_out_of_the_log(sagent: Command) -> None:
    told = f'{{"error": {{"message": "no luck with {KEY}"}}}}'.encode()

    with serve_loopback(refusal("500 Oops", told), answer("done")) as server:
        ended = sagent(
            *at(server),
            *("--log-level", "DEBUG", "hello"),
            environ={"OPENAI_COMPAT_API_KEY": "sk-another-one", "SOME_TOKEN": KEY},
        )

    assert b"no luck with [secret]" in ended.stderr
    assert KEY.encode() not in ended.stderr


def test_the_environment_may_say_the_level(sagent: Command) -> None:
    with serve_loopback(answer("done")) as server:
        ended = sagent(*at(server), "hello", environ={"SAGENT_LOG_LEVEL": "info"})

    assert b"has a response" in ended.stderr


def test_the_log_goes_into_the_file_that_the_environment_names(
    sagent: Command, tmp_path: Path
) -> None:
    file = tmp_path / "log"

    with serve_loopback(answer("done")) as server:
        ended = sagent(*at(server), "hello", environ={"SAGENT_LOG_FILE": str(file)})

    assert ended.stderr == b""
    assert "has a response" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_logger_is_left_as_it_was(sagent: Command) -> None:
    logger = logging.getLogger("sagent")
    before = logger.level, list(logger.handlers)

    with serve_loopback(answer("done")) as server:
        sagent(*at(server), "--log-level", "DEBUG", "hello")

    assert (logger.level, logger.handlers) == before


@pytest.mark.parametrize(
    ("flags", "environ", "told"),
    [
        (("--log-level", "LOUD"), {}, "invalid choice: 'LOUD'"),
        ((), {"SAGENT_LOG_LEVEL": "loud"}, "SAGENT_LOG_LEVEL cannot be 'loud'; choose DEBUG"),
        ((), {"SAGENT_LOG_FILE": "/no/such/folder/log"}, "which cannot be written"),
    ],
)
def test_a_log_that_cannot_be_is_one_line(
    sagent: Command, flags: tuple[str, ...], environ: dict[str, str], told: str
) -> None:
    ended = sagent(*flags, "hello", environ=environ)

    assert ended.returncode == 2
    assert told in one_line(ended.stderr)


async def test_a_conversation_is_logged_into_a_file_alone(tmp_path: Path, project: Path) -> None:
    file = tmp_path / "log"

    async with (
        open_loopback(answer("Fine.")) as server,
        open_terminal(
            *(*at(server), "--log-level", "INFO"),
            environ={"SAGENT_LOG_FILE": str(file)},
            cwd=project,
        ) as terminal,
    ):
        await terminal.shows("ready")
        await terminal.says("hello")
        await terminal.shows("Fine.")
        await terminal.until(lambda: "has a response" in file.read_text())
        shown = terminal.text

    assert "has a response" not in shown


async def test_a_conversation_without_such_a_file_says_so(project: Path) -> None:
    async with (
        open_loopback(answer("Fine.")) as server,
        open_terminal(*at(server), "--log-level", "INFO", cwd=project) as terminal,
    ):
        await terminal.shows("set SAGENT_LOG_FILE", "ready")


def test_a_log_that_the_disk_has_no_room_for_is_told_and_the_run_goes_on(sagent: Command) -> None:
    environ = {"SAGENT_LOG_FILE": "/dev/full"}

    with serve_loopback(answer("hello")) as server:
        done = sagent(*at(server), "hi", environ=environ)

    assert (done.returncode, done.stdout) == (0, b"hello\n")
    assert "no more is logged: /dev/full cannot be written: No space" in one_line(done.stderr)
