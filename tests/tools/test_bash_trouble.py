"""Commands that would outlive, outgrow or outwit the tool."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
from herd import Herd
from hypothesis import given, settings
from hypothesis import strategies as st
from shells import Shell, shell_in

from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, is_message
from sagent.process._marked import MARK
from sagent.tool import validator_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

STORM = "for i in $(seq 200); do (while :; do sleep 60; done) & done; wait"
STUBBORN = "trap '' TERM INT HUP; while :; do sleep 60; done"
ESCAPING = "setsid sh -c 'sleep 60 & sleep 60' </dev/null >/dev/null 2>&1 & sleep 60"
STOPPED = "sleep 60 & kill -STOP $!; kill -STOP $$"


@pytest.fixture
def bash(tmp_path: Path) -> Shell:
    return shell_in(tmp_path)


@pytest.fixture
def herd(monkeypatch: pytest.MonkeyPatch) -> Herd:
    herd = Herd()
    monkeypatch.setenv(MARK, herd.tag)
    return herd


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  # names alone


def peak_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def children() -> list[str]:
    command = ["ps", "-o", "stat=,comm=", "--ppid", str(os.getpid())]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [line for line in listed.splitlines() if not line.endswith(" ps")]


@pytest.mark.parametrize(
    ("command", "at_least"),
    [(STORM, 200), (STUBBORN, 2), (ESCAPING, 4), (STOPPED, 2)],
    ids=["storm", "stubborn", "escaping", "stopped"],
)
async def test_a_cancel_leaves_nothing(
    bash: Shell, herd: Herd, command: str, at_least: int
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bash, command)
        await herd.until(at_least=at_least)
        started = time.perf_counter()
        nursery.cancel_scope.cancel()

    assert time.perf_counter() - started < 5
    assert not herd.living()


@pytest.mark.parametrize(
    "command",
    [STORM, STUBBORN, ESCAPING, STOPPED],
    ids=["storm", "stubborn", "escaping", "stopped"],
)
async def test_the_end_of_its_time_leaves_nothing(bash: Shell, herd: Herd, command: str) -> None:
    text = await bash(command, timeout=300)

    assert text.endswith("[timeout after 0.3s: the command and all it started were killed]")
    assert not herd.living()


OWNER = """
import sys, trio
from sagent.message import JsonMessage
from sagent.tools import Bash

trio.run(Bash().run, JsonMessage({"command": sys.argv[1], "pty": sys.argv[2] == "pty"}))
"""


@pytest.mark.parametrize("output", ["pipe", "pty"])
@pytest.mark.parametrize("command", [STUBBORN, ESCAPING], ids=["stubborn", "escaping"])
async def test_the_death_of_its_owner_leaves_nothing(
    herd: Herd, tmp_path: Path, command: str, output: str
) -> None:
    owner = await trio.lowlevel.open_process(
        [sys.executable, "-c", OWNER, command, output], cwd=tmp_path, env=herd.env
    )
    await herd.until(at_least=5)

    owner.send_signal(signal.SIGKILL)
    await owner.wait()

    assert await herd.seconds_until_gone() < 1


async def test_who_holds_the_output_open_is_not_waited_for(bash: Shell, herd: Herd) -> None:
    with trio.fail_after(5):
        assert await bash("sleep 60 & setsid sleep 60 & echo done") == "done"

    assert not herd.living()


async def test_a_flood_is_endless_and_memory_is_not(bash: Shell) -> None:
    forget_peak()
    before = peak_bytes()

    text = await bash("yes", timeout=1000)

    assert text.endswith("[timeout after 1.0s: the command and all it started were killed]")
    assert peak_bytes() - before < 20_000_000


@pytest.mark.slow
async def test_two_gigabytes_of_output_take_no_memory(bash: Shell) -> None:
    forget_peak()
    before = peak_bytes()
    told: list[str] = []

    text = await bash.stream(
        "head -c 2000000000 /dev/zero | tr '\\0' x; echo; echo end", told.append
    )

    assert text.endswith("\nend")
    assert peak_bytes() - before < 20_000_000


@pytest.mark.parametrize("pty", [False, pytest.param(True, marks=pytest.mark.slow)])
async def test_a_hundred_megabytes_in_one_line_are_cut(bash: Shell, pty: bool) -> None:
    text = await bash("head -c 100000000 /dev/zero | tr '\\0' x", pty=pty)

    assert len(text) < 10_000
    assert "99934464 bytes omitted] ..." in text


async def test_a_command_that_does_not_exist_is_told_by_bash(bash: Shell) -> None:
    text = await bash("no_such_command")

    assert text.endswith("no_such_command: command not found\n[exit code: 127]")


async def test_a_directory_that_never_was_is_told(tmp_path: Path) -> None:
    bash = shell_in(tmp_path / "no" / "such")

    assert await bash("pwd") == (
        f"ERROR {tmp_path}/no/such is gone: the next command runs in {tmp_path}"
    )


async def test_a_machine_without_bash_is_told(
    bash: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sagent.tools._shell._BASH", str(tmp_path / "bash"))
    monkeypatch.setenv("PATH", str(tmp_path))

    assert await bash("true") == (
        "ERROR there is no bash, neither as /bin/bash nor on PATH: install it"
    )


async def test_bash_may_be_elsewhere(
    bash: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sagent.tools._shell._BASH", str(tmp_path / "no-bash"))

    assert await bash("echo up") == "up"


@pytest.mark.parametrize(
    "command", ["cat", "read -r line || echo end", "wc -c", "ssh-keygen -y -f /dev/stdin"]
)
async def test_whoever_reads_input_meets_its_end(bash: Shell, command: str) -> None:
    with trio.fail_after(10):
        await bash(command)


async def test_what_is_no_text_is_replaced_as_it_is_told_and_in_the_result(bash: Shell) -> None:
    told: list[str] = []

    text = await bash.stream(r"printf 'a\xff\xe2\x82b\n'", told.append)

    assert text == "a\ufffd\ufffdb"
    assert "".join(told) == "a\ufffd\ufffdb\n"


async def test_a_loop_over_directories_is_not_slowed_down(bash: Shell, tmp_path: Path) -> None:
    with trio.fail_after(10):
        await bash("for i in {1..5000}; do cd /; cd /usr; done")

    assert bash.workspace.cwd == Path("/usr")


async def test_who_writes_into_our_report_gets_nothing_but_its_own_state(bash: Shell) -> None:
    await bash("printf 'D/usr\\0Xjunk\\0E\\0D/nowhere\\0' >&187; yes | head -c 20000000 >&187")

    assert (await bash("echo $PWD")) == str(bash.workspace.cwd)


@pytest.mark.slow
async def test_two_hundred_commands_leave_no_descriptor_and_no_zombie(bash: Shell) -> None:
    await bash("true")
    before = descriptors()

    for number in range(200):
        left = "" if number % 10 else "sleep 60 &"
        await bash(f"{left} echo hi", pty=number % 2 == 0)

    assert descriptors() == before
    assert children() == []


WORDS = (
    "echo cd export unset trap exit exec A=1 A PATH IFS 'x' / - .. in EXIT ERR 0 3 ; && | & ( ) { } $( "
    "set -eu -x -n +e if then fi true false <<E E ' \" \\ f() -f readonly local return builtin shopt "
    "-s posix -o é"
)
"""None of them calls a function: it might call itself."""


@given(
    commands=st.lists(
        st.lists(st.sampled_from([*WORDS.split(), "\n"]), max_size=8).map(" ".join), max_size=3
    ),
    options=st.fixed_dictionaries(
        {},
        optional={
            "timeout": st.sampled_from([1, 1000, 2000.5]),
            "description": st.text(max_size=5),
            "pty": st.booleans(),
            "keep_output": st.booleans(),
            "run_in_background": st.booleans(),
        },
    ),
)
@settings(max_examples=60, deadline=None)
def test_any_arguments_give_a_result_and_the_next_command_runs(
    commands: list[str], options: dict[str, JSON]
) -> None:
    with TemporaryDirectory() as folder:
        bash = shell_in(Path(folder))

        async def run() -> list[Message]:
            results: list[Message] = []
            for command in commands:
                directive: dict[str, JSON] = {"command": command, **options}
                assert not validator_for(bash.tool).faults(directive)
                with trio.fail_after(20):
                    results.append(await bash.tool.run(JsonMessage(directive)))
            bash.workspace.cwd = Path("/")
            results.append(await bash.tool.run(JsonMessage({"command": "builtin echo up"})))
            return results

        *results, last = trio.run(run)

    assert all(map(is_message, results))
    assert last.content == "up"
