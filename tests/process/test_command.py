import sys
import time
from pathlib import Path

import pytest
import trio

from sagent.errors import ProcessError
from sagent.process import run_command


async def test_output_and_error_come_interleaved_with_the_exit_code() -> None:
    completed = await run_command(["sh", "-c", "echo one; echo two >&2; echo three; exit 3"])

    assert completed.exit_code == 3
    assert completed.output.text == "one\ntwo\nthree\n"


async def test_arguments_reach_the_command_as_they_are() -> None:
    arguments = ["", "a b", "$HOME", "'", '"', "*", "\\n", "-n", "é", "two\nlines"]

    completed = await run_command(["printf", "[%s]", *arguments])

    assert completed.output.text == "".join(f"[{argument}]" for argument in arguments)


async def test_a_command_is_never_the_shells_own_word() -> None:
    completed = await run_command(["echo", "a\\tb"])

    assert completed.output.text == "a\\tb\n"


async def test_standard_input_is_empty() -> None:
    with trio.fail_after(2):
        completed = await run_command(["cat"])

    assert completed.output.text == ""


async def test_given_bytes_are_standard_input() -> None:
    completed = await run_command(["wc", "-c"], stdin=b"x" * 300_000)

    assert completed.output.text.strip() == "300000"


async def test_a_command_need_not_read_its_input() -> None:
    completed = await run_command(["true"], stdin=b"x" * 300_000)

    assert completed.exit_code == 0


async def test_a_command_runs_in_its_directory(tmp_path: Path) -> None:
    completed = await run_command(["pwd"], cwd=tmp_path)

    assert completed.output.text.strip() == str(tmp_path)


async def test_the_environment_given_is_the_whole_one() -> None:
    completed = await run_command(["/usr/bin/env"], env={"COLOUR": "blue"})

    names = {line.partition("=")[0] for line in completed.output.text.splitlines()}
    assert {"COLOUR"} < names
    assert not {"HOME", "PATH"} & names


async def test_by_default_the_environment_has_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "very-secret")
    monkeypatch.setenv("COLOUR", "blue")

    completed = await run_command(["env"])

    assert "very-secret" not in completed.output.text
    assert "COLOUR=blue" in completed.output.text


async def test_an_end_by_a_signal_is_128_and_its_number() -> None:
    completed = await run_command(["sh", "-c", "echo hi; kill -SEGV $$"])

    assert completed.exit_code == 128 + 11
    assert completed.output.text == "hi\n"


async def test_a_command_may_kill_its_own_group() -> None:
    completed = await run_command(["sh", "-c", "kill -9 0"])

    assert completed.exit_code == 128 + 9


async def test_a_signal_to_the_group_that_the_command_survives_does_not_end_it() -> None:
    completed = await run_command(["sh", "-c", "trap '' INT TERM; kill -INT 0; kill 0; echo on"])

    assert completed.exit_code == 0
    assert completed.output.text == "on\n"


@pytest.mark.parametrize("name", ["no-such-command", "./no-such-command", "/no/such", ""])
async def test_a_command_that_does_not_exist_is_an_error_of_one_line(name: str) -> None:
    with pytest.raises(ProcessError, match="no such") as caught:
        await run_command([name])

    assert "\n" not in str(caught.value)


async def test_no_command_at_all_is_the_same_error() -> None:
    with pytest.raises(ProcessError, match="cannot run '': no such command"):
        await run_command([])


async def test_a_file_that_may_not_be_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("hello")

    with pytest.raises(ProcessError, match="not executable"):
        await run_command(["./notes"], cwd=tmp_path)


async def test_a_directory_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="no such directory"):
        await run_command(["true"], cwd=tmp_path / "gone")


@pytest.mark.parametrize("argument", ["x" * 3_000_000, "nul\0"])
async def test_arguments_that_cannot_be_passed_are_an_error(argument: str) -> None:
    with pytest.raises(ProcessError, match="cannot run 'true'"):
        await run_command(["true", argument])


async def test_a_command_that_itself_exits_127_is_no_error() -> None:
    completed = await run_command(["sh", "-c", "exit 127"])

    assert completed.exit_code == 127


async def test_what_holds_the_output_open_does_not_delay_the_result() -> None:
    started = time.perf_counter()

    completed = await run_command(["sh", "-c", "sleep 30 & echo done"])

    assert completed.output.text == "done\n"
    assert time.perf_counter() - started < 0.5


async def test_what_the_commands_helpers_write_at_its_end_is_kept() -> None:
    command = "exec > >(sed s/^/helped:/); echo one; echo two"

    completed = await run_command(["bash", "-c", command])

    assert completed.output.text == "helped:one\nhelped:two\n"


async def test_output_is_told_as_it_comes() -> None:
    pieces: list[bytes] = []

    await run_command(["sh", "-c", "echo one; sleep 0.05; echo two"], on_output=pieces.append)

    assert pieces == [b"one\n", b"two\n"]


async def test_a_flood_keeps_its_head_and_its_tail() -> None:
    command = "echo first; yes | head -c 50000000; echo last"

    completed = await run_command(["sh", "-c", command], max_output_bytes=1000)

    assert completed.output.head.startswith(b"first\ny\n")
    assert completed.output.tail.endswith(b"y\nlast\n")
    assert len(completed.output.head) == len(completed.output.tail) == 500
    assert completed.output.total_bytes == 50_000_011


MEASURE = """
import re, sys, trio
from pathlib import Path
from sagent.process import run_command

def peak_kb():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

async def main():
    await run_command(["true"])
    before = peak_kb()
    completed = await run_command(["head", "-c", sys.argv[1], "/dev/zero"])
    print(completed.output.total_bytes, peak_kb() - before)

trio.run(main)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "total_bytes", [200_000_000, pytest.param(2_000_000_000, marks=pytest.mark.slow)]
)
async def test_a_flood_costs_no_memory(total_bytes: int) -> None:
    completed = await run_command([sys.executable, "-c", MEASURE, str(total_bytes)])

    read_bytes, grown_kb = map(int, completed.output.text.split())
    assert read_bytes == total_bytes
    assert grown_kb < 20_000


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def children() -> list[str]:
    return [
        pid
        for file in Path("/proc/self/task").glob("*/children")
        for pid in file.read_text().split()
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_hundred_runs_leave_no_descriptor_and_no_zombie() -> None:
    await run_command(["true"])
    before = open_descriptors()

    async with trio.open_nursery() as nursery:
        for _ in range(50):
            nursery.start_soon(run_command, ["sh", "-c", "sleep 9 & true"])
            nursery.start_soon(run_and_cancel)

    assert open_descriptors() == before
    assert children() == []


async def run_and_cancel() -> None:
    with trio.move_on_after(0.05):
        await run_command(["cat", "/dev/zero"], stdin=b"x" * 100_000)
