import errno
import os
import socket
import tracemalloc
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import trio
import trio.testing

from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Binding, FileStamp, Workspace
from sagent.tools import Read

type Use = Callable[..., Awaitable[str]]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def read(workspace: Workspace) -> Use:
    tool = Read().bind(Binding(agent="reader", workspace=workspace))

    async def use(**directive: str | int) -> str:
        result = await tool.run(JsonMessage(directive))
        return ("ERROR " if is_error(result) else "") + response_text(result)

    return use


async def test_lines_are_numbered(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")

    assert await read(file_path="a.txt") == "1\tone\n2\ttwo"


async def test_a_window_tells_how_to_go_on(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text("".join(f"line {n}\n" for n in range(1, 11)))

    text = await read(file_path="a.txt", offset=3, limit=2)

    assert text == "3\tline 3\n4\tline 4\n... (6 more lines. Use offset=5 to continue.)"


async def test_two_thousand_lines_are_shown_unless_told_otherwise(
    tmp_path: Path, read: Use
) -> None:
    (tmp_path / "a.txt").write_text("x\n" * 2001)

    text = await read(file_path="a.txt")

    assert text.endswith("2000\tx\n... (1 more lines. Use offset=2001 to continue.)")


async def test_the_last_lines_keep_their_numbers(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text("a\nb\nc")

    assert await read(file_path="a.txt", last_lines=2) == "2\tb\n3\tc"


async def test_an_offset_beyond_the_end_is_told_with_the_length(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text("a\nb\n")

    text = await read(file_path="a.txt", offset=9)

    assert text == "ERROR offset 9 is beyond the end: the file has 2 lines"


async def test_an_empty_file_is_told(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").touch()

    assert await read(file_path="a.txt") == f"[The file is empty: {tmp_path}/a.txt]"


async def test_a_long_line_is_cut_and_says_by_how_much(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text("x" * 3_000_000 + "\nend\n")

    text = await read(file_path="a.txt")

    assert text == "1\t" + "x" * 2000 + (
        "... [2998000 more characters in this line; column=2001 shows them]\n2\tend"
    )


async def test_a_page_has_a_size_and_tells_where_it_ended(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text(("y" * 1900 + "\n") * 200)

    text = await read(file_path="a.txt")

    assert len(text) < 101_000
    assert text.endswith("... (148 more lines. Use offset=53 to continue.)")


async def test_a_huge_file_is_not_read_into_memory(tmp_path: Path, read: Use) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        for _ in range(20):
            file.write(b"some words in a line\n" * 50_000)
    tracemalloc.start()

    text = await read(file_path="a.txt", last_lines=1)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert text == "1000000\tsome words in a line"
    assert peak_bytes < 12 << 20


async def test_a_huge_line_is_not_read_into_memory(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.txt").write_text("x" * 50_000_000 + "end")
    tracemalloc.start()

    text = await read(file_path="a.txt", column=50_000_001)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert text == "1\tend"
    assert peak_bytes < 12 << 20


async def test_a_cancel_ends_the_reading_of_an_endless_line(tmp_path: Path, read: Use) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.write(b"x" * 8192)
        file.truncate(1 << 40)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(partial(read, file_path="a.txt"))
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert nursery.cancel_scope.cancelled_caught


async def test_the_rest_of_a_huge_file_is_not_counted(
    tmp_path: Path, read: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.tools._text_window._COUNTED_LINES", 1000)
    (tmp_path / "a.txt").write_text("x\n" * 2_000_000)

    text = await read(file_path="a.txt", limit=1)

    assert text == "1\tx\n... (more than 524287 more lines. Use offset=2 to continue.)"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
async def test_every_line_end_ends_a_line_and_is_not_shown(
    tmp_path: Path, read: Use, end: str
) -> None:
    (tmp_path / "a.txt").write_bytes(f"one{end}two{end}".encode())

    assert await read(file_path="a.txt") == "1\tone\n2\ttwo"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("é\n".encode("utf-8-sig"), "[UTF-8 with a byte order mark]\n1\té"),
        ("é\n".encode("utf-16"), "[UTF-16]\n1\té"),
        ("\ufeffé\n".encode("utf-16-be"), "[UTF-16]\n1\té"),
        ("é\n".encode("utf-32"), "[UTF-32]\n1\té"),
        ("é\n".encode("latin-1"), "[not valid UTF-8: shown as Latin-1]\n1\té"),
        ("é\n".encode(), "1\té"),
    ],
)
async def test_an_encoding_other_than_utf8_is_told(
    tmp_path: Path, read: Use, content: bytes, text: str
) -> None:
    (tmp_path / "a.txt").write_bytes(content)

    assert await read(file_path="a.txt") == text


async def test_a_binary_file_is_told_as_one(tmp_path: Path, read: Use) -> None:
    (tmp_path / "a.bin").write_bytes(b"%PDF\0\1\2")

    text = await read(file_path="a.bin")

    assert text == f"[Binary file: {tmp_path}/a.bin (7 bytes). Use Bash to inspect it.]"


async def test_a_missing_file_is_told_with_the_nearest_name(tmp_path: Path, read: Use) -> None:
    (tmp_path / "settings.toml").touch()

    text = await read(file_path="setings.toml")

    assert text == (
        f"ERROR File not found: {tmp_path}/setings.toml. Did you mean {tmp_path}/settings.toml?"
    )


async def test_a_missing_directory_is_told_with_the_nearest_one(tmp_path: Path, read: Use) -> None:
    text = await read(file_path="no/such/file.txt")

    assert text.endswith(f"file.txt. The nearest directory is {tmp_path}")


async def test_a_directory_is_no_file(tmp_path: Path, read: Use) -> None:
    text = await read(file_path=".")

    assert text == f"ERROR {tmp_path} is a directory, not a file: use List or Glob on it"


async def test_a_named_pipe_is_refused_without_waiting_for_its_writer(
    tmp_path: Path, read: Use
) -> None:
    os.mkfifo(tmp_path / "pipe")

    with trio.fail_after(5):
        text = await read(file_path="pipe")

    assert text == f"ERROR {tmp_path}/pipe is a named pipe, not a regular file"


async def test_a_device_and_a_socket_are_refused(tmp_path: Path, read: Use) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))

        assert (await read(file_path="s")).endswith("is a socket, not a regular file")
    assert (await read(file_path="/dev/zero")).endswith("is a device, not a regular file")


async def test_what_was_read_is_known_to_the_agent(
    tmp_path: Path, workspace: Workspace, read: Use
) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "link").symlink_to("a.txt")

    await read(file_path="link")

    seen = workspace.last_seen((tmp_path / "a.txt").resolve())
    assert seen == FileStamp.of((tmp_path / "a.txt").stat())


@pytest.mark.parametrize("name", ["", "a\0b", "~nobody-of-this-name/x", "x" * 5000, "\ud800"])
async def test_a_name_that_no_file_can_have_is_told(read: Use, name: str) -> None:
    assert (await read(file_path=name)).startswith("ERROR ")


async def test_a_name_that_cannot_be_written_is_told_so(tmp_path: Path, read: Use) -> None:
    (tmp_path / os.fsdecode(b"bad\xff.txt")).touch()
    (tmp_path / "two\nlines.txt").touch()

    by_list = await read(file_path="bad?.txt")
    by_search = await read(file_path="bad\ufffd.txt")
    escaped = await read(file_path="two\\nlines.txt")

    for text in by_list, by_search, escaped:
        assert "has characters in its name that cannot be written here: rename it" in text


@pytest.mark.parametrize("name", ["n" * 256, "é" * 128, "d/" * 3000, "/" + "d/" * 2048])
async def test_a_path_that_is_too_long_is_not_repeated(read: Use, name: str) -> None:
    text = await read(file_path=name)

    assert "is too long for a path: a name has 255 bytes at most" in text
    assert len(text) < 250


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux has such a file")
async def test_a_file_that_fails_while_it_is_read_is_named(read: Use) -> None:
    text = await read(file_path="/proc/self/mem")

    assert text == f"ERROR cannot read /proc/self/mem: {os.strerror(errno.EIO)}. Go on without it"
