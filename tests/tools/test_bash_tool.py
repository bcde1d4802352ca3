import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import Bash

type Use = Callable[..., Awaitable[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def bash(workspace: Workspace) -> Use:
    tool = Bash().bind(Binding(agent="operator", workspace=workspace))

    async def use(command: str, **more: int) -> str:
        directive: dict[str, JSON] = {"command": command}
        result = await tool.run(JsonMessage(directive | more))
        return ("ERROR " if is_error(result) else "") + response_text(result)

    return use


def has_ended(pid: int) -> bool:
    # A zombie waits for its new parent, which may be slow to look.
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    state = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return not state or state.startswith("Z")


async def test_output_and_errors_come_in_their_order(bash: Use) -> None:
    assert await bash("echo one; echo two >&2; echo three") == "one\ntwo\nthree"


@pytest.mark.parametrize("level", [None, "0"])
async def test_a_command_is_no_remote_shell_where_no_shell_started_us(
    bash: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, level: str | None
) -> None:
    (tmp_path / ".bashrc").write_text("echo from the interactive start file\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    if level is None:
        monkeypatch.delenv("SHLVL", raising=False)
    else:
        monkeypatch.setenv("SHLVL", level)

    assert await bash("echo hi") == "hi"


async def test_silence_is_told(bash: Use) -> None:
    assert await bash("true") == "(no output)"


async def test_an_exit_code_is_told_and_is_no_error(bash: Use) -> None:
    assert await bash("echo hi; exit 3") == "hi\n[exit code: 3]"


async def test_an_end_by_a_signal_is_named(bash: Use) -> None:
    assert await bash("kill -KILL $$") == "[exit code: 137, SIGKILL]"


async def test_a_syntax_error_is_the_commands_own(bash: Use) -> None:
    text = await bash("echo $((")

    assert "line 1" in text
    assert text.endswith(("[exit code: 1]", "[exit code: 2]"))


@pytest.mark.parametrize(
    "command",
    [
        "cd inner",
        "cd inner && false",
        "cd inner; exit 4",
        "trap 'echo bye' EXIT; cd inner",
        "cd inner; trap - EXIT",
        "cd inner; exec true",
        "cd inner; kill -KILL $$",
        "pushd inner >/dev/null",
        "builtin cd inner",
        "set -eu; cd inner; false",
        "cd inner; sleep 30 &",
        "cd inner; exec 3>file 4<file",
        "cd inner; exec >/dev/null 2>&1",
    ],
)
async def test_the_directory_stays_for_the_next_command(
    tmp_path: Path, workspace: Workspace, bash: Use, command: str
) -> None:
    (tmp_path / "inner").mkdir()

    await bash(command)

    assert workspace.cwd == tmp_path / "inner"
    assert await bash("pwd") == f"{tmp_path}/inner"


@pytest.mark.parametrize("command", ["(cd inner)", "cd inner | cat", "bash -c 'cd inner'", "cd no"])
async def test_the_directory_of_another_shell_is_its_own(
    tmp_path: Path, workspace: Workspace, bash: Use, command: str
) -> None:
    (tmp_path / "inner").mkdir()

    await bash(command)

    assert workspace.cwd == tmp_path


async def test_a_directory_that_is_gone_is_told_and_left(
    tmp_path: Path, workspace: Workspace, bash: Use
) -> None:
    (tmp_path / "inner").mkdir()
    await bash("cd inner")
    (tmp_path / "inner").rmdir()

    text = await bash("pwd")

    assert text == f"ERROR {tmp_path}/inner is gone: the next command runs in {tmp_path}"
    assert workspace.cwd == tmp_path


async def test_there_is_no_input(bash: Use) -> None:
    with trio.fail_after(10):
        assert await bash("cat; read x; echo $?") == "1"


async def test_the_middle_of_a_long_output_is_left_out(bash: Use) -> None:
    lines = (await bash("seq 1 1000")).split("\n")

    assert len(lines) == 501
    assert lines[249:252] == ["250", "... [500 lines omitted] ...", "751"]
    assert lines[-1] == "1000"


async def test_an_endless_output_stays_small_in_memory(bash: Use) -> None:
    text = await bash("yes | head -c 50000000; echo end")

    assert len(text) < 10_000
    assert "omitted] ..." in text
    assert text.endswith("end")


async def test_one_endless_line_is_cut(bash: Use) -> None:
    text = await bash("head -c 20000 /dev/zero | tr '\\0' x")

    assert text == "x" * 2000 + "... [18000 more characters in this line]"


async def test_bytes_that_are_no_text_are_replaced(bash: Use) -> None:
    assert await bash(r"printf 'a\xffb'") == "a\ufffdb"


async def test_a_timeout_tells_what_came_until_then(bash: Use) -> None:
    with trio.fail_after(10):
        text = await bash("echo begun; sleep 60", timeout=300)

    assert text == "begun\n[timeout after 0.3s: the command and all it started were killed]"


async def test_a_cancel_ends_the_whole_tree(tmp_path: Path, bash: Use) -> None:
    command = "sh -c 'echo $$ >inner; exec sleep 60' & echo $$ >outer; wait"

    async with trio.open_nursery() as nursery:
        nursery.start_soon(bash, command)
        with trio.fail_after(10):
            while not all(
                (tmp_path / name).is_file() for name in ("inner", "outer")
            ):  # another process makes them
                await trio.sleep(0.01)
            await trio.sleep(0.05)
        nursery.cancel_scope.cancel()

    for name in ("inner", "outer"):
        assert has_ended(int((tmp_path / name).read_text()))


async def test_what_is_left_in_the_background_ends_with_the_command(
    tmp_path: Path, bash: Use
) -> None:
    with trio.fail_after(10):
        await bash("sleep 60 & echo $! >pid")

    assert has_ended(int((tmp_path / "pid").read_text()))


async def test_credentials_are_not_in_the_environment(
    bash: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-secret")
    monkeypatch.setenv("PLAIN", "plain")

    assert await bash("echo $PLAIN $SOME_API_KEY") == "plain"


async def test_the_users_own_start_file_is_read(
    tmp_path: Path, bash: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "start.sh").write_text("hello() { echo hello; }\n")
    monkeypatch.setenv("BASH_ENV", str(tmp_path / "start.sh"))

    assert await bash("hello; bash -c hello") == "hello\nhello"


async def test_a_command_that_cannot_be_passed_on_is_told(bash: Use) -> None:
    assert (await bash("echo \0")).startswith("ERROR ")
    assert (await bash("echo " + "x" * 3_000_000)).startswith("ERROR ")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (f"true {'x' * 200_000}", "has 200005 bytes, and 122880 can be run: put it into a file"),
        ("echo \ud800", "character 5 of the command is half of a surrogate pair"),
        ("echo \0", "holds a NUL character"),
    ],
)
async def test_a_command_that_bash_cannot_be_given_is_told(
    bash: Use, command: str, told: str
) -> None:
    result = await bash(command)

    assert result.startswith("ERROR ")
    assert told in result


async def test_a_directory_that_is_not_there_is_told_as_bash_would(bash: Use) -> None:
    result = await bash("cd nowhere; pushd nowhere")

    assert result == (
        "bash: cd: nowhere: No such file or directory\n"
        "bash: pushd: nowhere: No such file or directory\n[exit code: 1]"
    )
