import sys

import pytest
import trio

from sagent.errors import ProcessError
from sagent.process import open_duplex_process, open_process

ECHO = """
import sys
print("ready", file=sys.stderr, flush=True)
for line in sys.stdin:
    print(line.upper(), end="", flush=True)
print("bye", flush=True)
"""


async def test_a_service_runs_until_its_block_ends() -> None:
    up = trio.Event()
    command = ["sh", "-c", "echo up; exec sleep 60"]

    async with open_process(command, on_output=lambda _: up.set()) as process:
        await up.wait()
        assert process.exit_code is None

    assert process.exit_code == 128 + 15


async def test_a_service_that_ends_early_tells_its_last_line() -> None:
    async with open_process(["sh", "-c", "echo starting; echo no port >&2; exit 4"]) as process:
        assert await process.wait() == 4

        assert process.output.last_line == "no port"


async def test_a_deadline_inside_the_block_keeps_the_output_so_far() -> None:
    async with open_process(["sh", "-c", "echo so far; sleep 60"]) as process:
        with trio.move_on_after(0.2):
            await process.wait()

    assert process.output.text == "so far\n"


async def test_a_duplex_process_speaks_over_its_standard_input_and_output() -> None:
    async with open_duplex_process([sys.executable, "-c", ECHO]) as process:
        await process.stream.send_all(b"hello\n")
        heard = await process.stream.receive_some()
        await process.stream.send_eof()
        bye = b"".join([chunk async for chunk in process.stream])
        exit_code = await process.wait()

    assert (heard, bye, exit_code) == (b"HELLO\n", b"bye\n", 0)
    assert process.output.text == "ready\n"


async def test_a_duplex_process_that_ends_ends_the_stream() -> None:
    async with open_duplex_process(["sh", "-c", "exit 5"]) as process:
        assert await process.stream.receive_some() == b""
        assert await process.wait() == 5


async def test_the_end_of_one_command_is_not_held_up_by_its_siblings() -> None:
    async with open_duplex_process(["cat"]) as first, open_duplex_process(["cat"]):
        await first.stream.send_eof()

        with trio.fail_after(2):
            assert await first.wait() == 0


async def test_a_missing_command_is_an_error_before_the_block() -> None:
    with pytest.raises(ProcessError, match="no such command"):
        async with open_duplex_process(["no-such-command"]):
            pytest.fail("the block was entered")
