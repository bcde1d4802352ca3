"""What is seen of a command's output, and where all of it is."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trio
from full_disk import files_of_at_most
from hypothesis import given
from hypothesis import strategies as st
from shells import Shell, shell_in

from sagent.process import secret_values
from sagent.tool import Binding, ResultFolder
from sagent.tools import Bash


@pytest.fixture
def bash(tmp_path: Path) -> Shell:
    return shell_in(tmp_path)


@pytest.fixture
def results(bash: Shell) -> Iterator[ResultFolder]:
    folder = ResultFolder.temporary()
    binding = Binding(agent="operator", workspace=bash.workspace, results=folder)
    bash.tool = Bash().bind(binding)
    yield folder
    folder.remove()


def path_in(line: str) -> Path:
    return Path(line.removeprefix("[").partition(" has the ")[0])


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (r"\e[1;31mred\e[0m", "red"),
        (r"\e]0;title\a\e]8;;http://a\e\\link\e]8;;\e\\", "link"),
        (r"one\r\ntwo\r\n", "one\ntwo"),
        (r"10%%\r100%%\n", "10%\n100%"),
        (r"a\0b\ac\x7fd", "abcd"),
        (r"tab\tstays", "tab\tstays"),
        (r"\xc2\x9b31mred", "red"),
        (r"half a sequence \e[1", "half a sequence 1"),
    ],
)
async def test_what_a_terminal_would_act_on_is_taken_out(
    bash: Shell, written: str, seen: str
) -> None:
    assert await bash(f"printf '{written}'") == seen


async def test_a_command_may_have_a_terminal_to_write_to(bash: Shell) -> None:
    text = await bash("[ -t 1 ] && [ -t 2 ] && stty size <&1; [ -t 0 ] || echo no input", pty=True)

    assert text == "40 120\nno input"


async def test_without_asking_there_is_none(bash: Shell) -> None:
    assert await bash("[ -t 1 ] || [ -t 2 ] || echo none") == "none"


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (r"10%%\r100%%\n", "100%"),
        (r"10%%\r\e[K20%%\r\e[Kdone\n", "done"),
        (r"ab\bc\n", "ac"),
        (r"\e[2J\e[Hone\ntwo\n", "one\ntwo"),
    ],
)
async def test_of_a_terminal_what_would_be_seen_is_told(
    bash: Shell, written: str, seen: str
) -> None:
    assert await bash(f"printf '{written}'", pty=True) == seen


async def test_a_terminal_changes_nothing_else(bash: Shell) -> None:
    text = await bash("export A=kept; cd /; seq 3; exit 4", pty=True)

    assert text == "1\n2\n3\n[exit code: 4]"
    assert await bash("echo $A; pwd", pty=True) == "kept\n/"


async def test_nobody_can_be_asked_for_a_password_on_it(bash: Shell) -> None:
    with trio.fail_after(10):
        text = await bash("read -r answer </dev/tty", pty=True)

    assert "/dev/tty" in text
    assert text.endswith("[exit code: 1]")


async def test_on_a_terminal_too_time_is_over_when_it_is(bash: Shell) -> None:
    with trio.fail_after(10):
        text = await bash("echo begun; trap '' TERM HUP; sleep 60", pty=True, timeout=300)

    assert text.startswith("begun\n[timeout after 0.3s")


async def test_lines_are_told_as_they_come(bash: Shell) -> None:
    told: list[str] = []

    await bash.stream("echo one; printf tw; sleep .01; echo o; sleep .5; printf end", told.append)

    assert "".join(told) == "one\ntwo\nend"
    assert told[0].startswith("one\n")
    assert told[-1] == "end"


async def test_what_is_told_is_what_is_seen(bash: Shell) -> None:
    told: list[str] = []
    command = r"printf '\e[31mr\xc3'; sleep .3; printf '\xa9d\e['; sleep .3; printf '0m\r\nend'"

    text = await bash.stream(command, told.append)

    assert "".join(told) == text == "réd\nend"


async def test_a_line_without_end_is_told_too(bash: Shell) -> None:
    told: list[str] = []
    command = "for i in {1..60}; do printf %0100d 0; sleep .01; done"

    text = await bash.stream(command, told.append)

    assert len(told) > 1
    assert "".join(told) == "0" * 6000
    assert text.startswith("0" * 2000)


async def test_what_is_written_over_is_told_line_by_line(bash: Shell) -> None:
    told: list[str] = []

    text = await bash.stream(
        r"printf '10%%\r'; sleep .5; printf '20%%\r'; sleep .5; printf 'done\r\n'",
        told.append,
        pty=True,
    )

    assert text == "done"
    assert "".join(told) == "10%\n20%\ndone\n"


async def test_a_flood_is_told_now_and_then(bash: Shell) -> None:
    told: list[str] = []

    await bash.stream("timeout 0.5 yes; echo end", told.append)

    assert len(told) < 20
    assert sum(map(len, told)) < 2_000_000
    assert "bytes omitted] ...\ny\n" in "".join(told)
    assert told[-1].endswith("y\nend\n")


async def test_the_whole_output_is_kept_when_asked(bash: Shell, results: ResultFolder) -> None:
    text = await bash("seq 100000; exit 3", keep_output=True)

    *_, place, end = text.split("\n")
    path = path_in(place)
    assert end == "[exit code: 3]"
    assert path.read_text() == "".join(f"{number}\n" for number in range(1, 100_001))
    assert place.endswith(f" has the whole output, {path.stat().st_size} bytes]")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_credentials_do_not_get_into_it(
    bash: Shell, results: ResultFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-0123456789abcdef0123")
    assert secret_values({"SOME_API_KEY": "sk-0123456789abcdef0123"})
    (tmp_path / "leak").write_text("sk-0123456789abcdef0123\n")

    text = await bash("cat leak >/dev/null; cat leak", keep_output=True)

    path = path_in(text.split("\n")[-1])
    assert "sk-" not in path.read_text()


async def test_no_more_than_a_limit_is_kept_and_that_is_told(
    bash: Shell, results: ResultFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.tools._bash.MAX_KEPT_BYTES", 1000)

    text = await bash("seq 1000", keep_output=True)

    place = text.split("\n")[-1]
    path = path_in(place)
    assert place.endswith(" has the first 1000 bytes of the output]")
    assert path.stat().st_size == 1000


async def test_what_cannot_be_kept_is_told_and_leaves_no_file(
    bash: Shell, results: ResultFolder
) -> None:
    with files_of_at_most(1000):
        text = await bash("seq 100000", keep_output=True)

    place = text.split("\n")[-1]
    folder = (await trio.to_thread.run_sync(results.create, "other")).path.parent
    assert place == f"[the whole output is not kept: {os.strerror(errno.EFBIG)}]"
    assert [path.name for path in folder.iterdir()] == ["other.txt"]


async def test_a_command_that_was_cancelled_leaves_no_file(
    bash: Shell, results: ResultFolder, tmp_path: Path
) -> None:
    with trio.move_on_after(0.3):
        await bash("yes", keep_output=True)

    folder = (await trio.to_thread.run_sync(results.create, "other")).path.parent
    assert [path.name for path in folder.iterdir()] == ["other.txt"]


async def test_outside_an_agent_nothing_can_be_kept(bash: Shell) -> None:
    assert (await bash("true", keep_output=True)).startswith("ERROR keep_output works only within")


@given(text=st.text(st.sampled_from("a\x1b[]0;m\\\x07\r\n\b\t\x9b\x9c\x85é"), max_size=40))
def test_no_text_has_anything_left_that_a_terminal_acts_on(text: str) -> None:
    from sagent.tools._plain_text import plain_text, screen_text  # noqa: PLC0415  # the one private name

    looks: tuple[Callable[[str], str], ...] = (plain_text, screen_text)
    for look in looks:
        assert not set(look(text)) & set("\x1b\x07\r\b\x9b\x9c\x85")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a" * 1_000_000, "a" * 1_000_000),
        ("\r" * 1_000_000, ""),
        ("a" * 500_000 + "\b" * 500_000, ""),
        ("\x90" * 1_000_000, ""),
    ],
    ids=["a long line", "returns", "backspaces", "titles that do not end"],
)
def test_no_text_takes_long_to_look_at(text: str, seen: str) -> None:
    from sagent.tools._plain_text import screen_text  # noqa: PLC0415  # the one private name

    looked_at = screen_text(text)

    assert looked_at == seen
