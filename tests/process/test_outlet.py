"""Where the output of a command may go."""

import trio

from sagent.process import TerminalSize, open_duplex_process


async def test_a_command_may_have_a_terminal_for_its_errors() -> None:
    command = ["sh", "-c", "stty size <&2 >&2; [ -t 2 ] && echo yes >&2"]

    async with open_duplex_process(command, terminal=TerminalSize(columns=70, rows=7)) as process:
        exit_code = await process.wait()

    assert exit_code == 0
    assert process.output.text == "7 70\r\nyes\r\n"


async def test_a_terminal_ends_with_all_who_write_to_it() -> None:
    command = ["sh", "-c", "(sleep 0.05; echo late >&2) & echo soon >&2"]

    with trio.fail_after(5):
        async with open_duplex_process(command, terminal=TerminalSize()) as process:
            await process.wait()

    assert process.output.text == "soon\r\nlate\r\n"


async def test_a_sink_gets_every_byte() -> None:
    got = bytearray()

    async def sink(chunk: bytes) -> None:
        await trio.lowlevel.checkpoint()
        got.extend(chunk)

    command = ["sh", "-c", "seq 100000 >&2"]
    async with open_duplex_process(command, max_output_bytes=10, sink=sink) as process:
        await process.wait()

    assert got.decode() == "".join(f"{number}\n" for number in range(1, 100_001))


async def test_a_sink_that_is_slow_holds_up_the_command() -> None:
    opened = trio.Event()

    async def sink(chunk: bytes) -> None:
        await opened.wait()

    command = ["sh", "-c", "yes >&2"]
    async with open_duplex_process(command, sink=sink) as process:
        while not process.output.total_bytes:  # there is no event for it
            await trio.sleep(0.005)
        before = process.output.total_bytes
        await trio.sleep(0.1)
        held_back = process.output.total_bytes - before
        opened.set()

    assert held_back == 0


async def test_what_comes_on_standard_error_is_told_as_it_comes() -> None:
    told: list[bytes] = []

    command = ["sh", "-c", "echo one >&2; echo spoken"]
    async with open_duplex_process(command, on_output=told.append) as process:
        await process.wait()
        spoken = await process.stream.receive_some()

    assert b"".join(told) == b"one\n"
    assert spoken == b"spoken\n"
