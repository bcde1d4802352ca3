"""What of a command's shell is there for the next one."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shells import Shell, shell_in

from sagent.tools import Bash
from sagent.tools._shell_report import ShellReport


@pytest.fixture
def bash(tmp_path: Path) -> Shell:
    return shell_in(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "export A=kept",
        "declare -x A=kept",
        "export A=kept; false",
        "export A=kept; exit 4",
        "trap 'echo bye' EXIT; export A=kept",
        "trap 'echo bye' EXIT; export A=kept; exit 3",
        "export A=kept; trap 'exit 9' EXIT",
        "export A=kept; trap - EXIT",
        "old=$(trap -p EXIT); trap 'echo new' EXIT; eval \"$old\"; export A=kept",
        "export A=kept; exec true",
        "export A=kept; cd / && exec true",
        "export A=kept; kill -KILL $$",
        "set -eu; export A=kept; false; export A=lost",
        "set -eu; export A=kept; echo $no_such_variable",
        "export A=kept\necho $((",
        "export A=kept; sleep 30 &",
        "export A=kept; exec >/dev/null 2>&1",
        "f() { export A=kept; }; f; unset -f f __sagent_report",
        "set -o posix; export A=kept",
        "IFS=:; export A=kept; trap 'true' EXIT",
        "set -x; export A=kept",
        "status=1; export status A=kept",
    ],
)
async def test_what_is_exported_is_there_for_the_next_command(bash: Shell, command: str) -> None:
    await bash(command)

    assert await bash("bash -c 'echo $A'") == "kept"


async def test_a_command_whose_time_is_over_has_exported_what_it_did(bash: Shell) -> None:
    await bash("export A=kept; cd /; sleep 60", timeout=300)

    assert await bash("echo $A; pwd") == "kept\n/"


@pytest.mark.parametrize("command", ["A=lost", "(export A=lost)", "bash -c 'export A=lost'"])
async def test_what_is_not_exported_or_anothers_is_not(bash: Shell, command: str) -> None:
    await bash(command)

    assert await bash("echo ${A-none}") == "none"


async def test_what_is_unset_stays_unset(bash: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLOUR", "blue")
    assert await bash("echo $COLOUR; unset COLOUR") == "blue"

    assert await bash("echo ${COLOUR-none}") == "none"


async def test_exported_functions_are_there_whatever_is_in_them(bash: Shell) -> None:
    await bash(
        "one() { cat <<'END'\ndeclare -fx one\nEND\n}\n"
        "two() { echo second; } 2>/dev/null\nlost() { :; }\nexport -f one two"
    )

    assert await bash("one; two; type -t lost") == "declare -fx one\nsecond\n[exit code: 1]"


async def test_functions_of_the_users_environment_are_there(
    bash: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASH_FUNC_hello%%", "() { echo hello; }")
    monkeypatch.setenv("BASH_FUNC_huge%%", "() { : " + "x" * 130_000 + "; }")

    assert await bash("hello; bash -c hello") == "hello\nhello"
    assert await bash("hello") == "hello"


async def test_a_function_of_our_own_words_breaks_nothing(bash: Shell) -> None:
    await bash("builtin() { :; }; printf() { :; }; export -f builtin printf")

    await bash("cd / && export A=kept")

    assert await bash("pwd; echo $A; type -t builtin") == "/\nkept\nbuiltin"


async def test_a_function_of_a_strange_name_is_lost_alone(bash: Shell) -> None:
    await bash(
        "function a=b { :; }; function 'c;d' { :; } 2>/dev/null; function e-f { echo ef; }; g() { echo g; }; "
        "for name in a=b 'c;d' e-f g; do export -f -- $name; done"
    )

    assert await bash("e-f; g; (exit 3)") == "ef\ng\n[exit code: 3]"


async def test_cd_minus_goes_back_over_commands(bash: Shell, tmp_path: Path) -> None:
    await bash("cd /")

    assert await bash("cd -") == str(tmp_path)


async def test_a_users_trap_runs_as_it_would_and_sees_its_exit_code(bash: Shell) -> None:
    text = await bash("trap 'echo bye $?' EXIT; set -e; (exit 3)")

    assert text == "bye 3\n[exit code: 3]"


async def test_a_descriptor_of_the_commands_own_has_nothing_of_ours(
    bash: Shell, tmp_path: Path
) -> None:
    await bash("exec 200>lock 187>taken; flock -n 200; echo mine >&187; export A=lost")

    assert (tmp_path / "lock").read_text() == ""
    assert (tmp_path / "taken").read_text() == "mine\n"
    assert await bash("echo ${A-none}") == "none"


async def test_what_a_shell_makes_for_itself_does_not_pile_up(bash: Shell) -> None:
    command = "env | grep -vE '^(_|SAGENT_RUN)='"
    first = await bash(f"export A=1; {command}")

    assert await bash(command) == first
    assert not {"BASH_ENV", "SAGENT_WATCH"} & {line.partition("=")[0] for line in first.split("\n")}


async def test_the_mark_of_one_command_is_not_the_next_ones(bash: Shell) -> None:
    await bash("true")

    assert await bash("tr -cd : <<<$SAGENT_RUN | wc -c") == str(
        os.environ.get("SAGENT_RUN", "").count(":")
    )


async def test_the_state_has_no_part_in_what_sagent_keeps_secret(
    bash: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-secret")
    await bash("export A=1")

    assert await bash("echo ${SOME_API_KEY-none}") == "none"
    assert "sk-secret" not in str(bash.workspace.shell_environ)


async def test_a_variable_that_is_too_large_is_told_and_not_kept(bash: Shell) -> None:
    text = await bash("export A=small BIG=$(head -c 1000000 /dev/zero | tr '\\0' x)")

    assert text == "[too large to be kept for the next command: BIG (1000000 bytes)]"
    assert await bash("echo $A ${BIG-none}") == "small none"


async def test_many_that_are_too_much_together_are_told(bash: Shell) -> None:
    text = await bash(
        "v=$(head -c 60000 /dev/zero | tr '\\0' x); for i in {1..20}; do export B$i=$v; done"
    )

    assert text.startswith("[too large to be kept for the next command: B")
    assert text.endswith("more]")
    assert await bash("echo up") == "up"


async def test_exports_with_which_bash_cannot_start_are_dropped_and_told(
    bash: Shell, tmp_path: Path
) -> None:
    libraries = tmp_path / "libraries"
    await bash(f"mkdir {libraries}; echo junk >{libraries}/libc.so.6")
    await bash(f"export LD_LIBRARY_PATH={libraries}")

    text = await bash("echo up")

    assert "so that is dropped: try again]" in text
    assert await bash("echo up") == "up"


async def test_two_agents_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = shell_in(tmp_path), shell_in(tmp_path)
    await one("export A=mine; cd /")

    assert await other("echo ${A-none}; pwd") == f"none\n{tmp_path}"


async def test_a_tool_without_an_agent_keeps_its_state_too(tmp_path: Path) -> None:
    bash = shell_in(tmp_path)
    bash.tool = Bash()

    await bash("export A=kept")

    assert await bash("echo $A") == "kept"


RECORDS = st.sampled_from(
    [
        b"U\0",
        b"D/usr\0",
        b'Edeclare -x A="1"\n\0',
        b"Edeclare -x A=$'\\377\\x\n\0",
        b"E\0",
        b"Ndeclare -fx f\n\0",
        b"Nx\0",
        b"Ff () \n{ \n:\n}\ndeclare -fx f\n\0",
        b"Ff () \n{\0",
        b"\0",
    ]
)


@given(records=st.lists(RECORDS | st.binary(max_size=8), max_size=12), size=st.integers(1, 9))
def test_what_a_shell_says_is_read_in_any_pieces(records: list[bytes], size: int) -> None:
    said = b"".join(records)
    whole, pieces = ShellReport(), ShellReport()

    whole.feed(said)
    for start in range(0, len(said), size):
        pieces.feed(said[start : start + size])

    assert (pieces.directory, pieces.exports) == (whole.directory, whole.exports)


@given(value=st.binary(max_size=60).filter(lambda value: b"\0" not in value))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_value_is_kept_byte_by_byte(bash: Shell, value: bytes) -> None:
    octal = "".join(f"\\{octet:03o}" for octet in value)
    await bash(f"printf -v A '%b' '{octal}'; export A")

    assert bash.workspace.shell_environ is not None
    assert os.fsencode(bash.workspace.shell_environ["A"]) == value
