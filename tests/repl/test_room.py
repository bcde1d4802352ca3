"""A conversation where there is little room, or where it changes."""

import re
from pathlib import Path

import pytest
from command import at
from loopback import DONE, Reply, answer, call, frame, open_loopback, stream_head
from terminal import DOWN, ENTER, open_terminal, talk

from sagent.terminal import simple_emoji

LONG = "Some words that go on, and `code`, 日本語の文, 👨\u200d👩\u200d👧 and שלום.\n\n| a | b |\n|---|---|\n| one | two |\n\n- item\n\nThe end."
SHORT_ROWS = 6


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "rows"), [(20, 10), (20, 1), (8, 3)])
async def test_there_is_room_for_a_conversation(columns: int, rows: int, project: Path) -> None:
    ask = call("Bash", {"command": "seq 3 5"})
    async with (
        open_loopback(ask, answer(LONG)) as server,
        open_terminal(*at(server), cwd=project, columns=columns, rows=rows) as terminal,
    ):
        await terminal.shows(">")
        terminal.type("hi", ENTER)
        await terminal.shows("> hi", "end.")
        terminal.type("more")
        await terminal.shows("> more")

    assert b"too small" not in terminal.written


@pytest.mark.parametrize(
    ("text", "simple"),
    [("👨\u200d👩\u200d👧 and", "👨 and"), ("👍🏽❤\ufe0f", "👍❤"), ("🇩🇪 é 日本", "🇩🇪 é 日本")],
)
def test_what_is_painted_again_has_emoji_whose_width_all_agree_on(text: str, simple: str) -> None:
    assert simple_emoji(text) == simple


@pytest.mark.slow
async def test_live_text_with_emoji_of_several_characters_is_seen_to_its_end(project: Path) -> None:
    text = "👨\u200d👩\u200d👧 " * 9 + "to the end"
    said = frame({"choices": [{"delta": {"content": text}}]})
    hangs = Reply([stream_head(), said], hang=True)
    async with talk(hangs, cwd=project, columns=40) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("to the end", "thinking")


@pytest.mark.slow
async def test_a_menu_that_does_not_fit_is_looked_into_where_the_bar_is(project: Path) -> None:
    choices = [f"choice{n}" for n in range(10)]
    ask = call("AskUser", {"question": "Which?", "choices": choices})
    async with talk(ask, answer("So."), cwd=project, rows=SHORT_ROWS) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("▸ 1. choice0")
        terminal.type(DOWN * 8)
        await terminal.shows("▸ 9. choice8")
        terminal.type(ENTER)
        await terminal.shows("→ choice8", "So.")


@pytest.mark.slow
async def test_a_terminal_that_changes_in_the_midst_of_a_stream_is_painted_right(
    project: Path,
) -> None:
    word = [frame({"choices": [{"delta": {"content": f"word{n} "}}]}) for n in range(20)]
    end = frame({"choices": [{"delta": {"content": "\n\nThe end."}, "finish_reason": "stop"}]})
    stream = Reply([stream_head(), *word, 1.5, end, frame(DONE)])
    async with talk(stream, cwd=project, columns=80, rows=24) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("word19")
        terminal.resize(40, 12)
        await terminal.shows("The end.", "ready")

    written = terminal.rows
    assert sum("The end." in row for row in written) == 1
    assert sum(row.startswith(">") for row in written if row != "> go") == 1
    assert sum("ready" in row for row in written) == 1


@pytest.mark.slow
async def test_no_colour_is_none_where_none_is_wanted(project: Path) -> None:
    async with talk(answer("**Bold** `code`."), environ={"NO_COLOR": "1"}, cwd=project) as (
        terminal,
        _,
    ):
        await terminal.says("go")
        await terminal.shows("Bold code.", "ready")

    assert b"\x1b[38;5" not in terminal.written
    assert b"38;5" not in terminal.written


@pytest.mark.slow
async def test_the_bell_rings_at_the_end_of_a_turn_that_took_long_where_that_is_wished(
    project: Path,
) -> None:
    async with talk(answer("Fine."), environ={"SAGENT_BELL": "0"}, cwd=project) as (terminal, _):
        await terminal.says("go")
        await terminal.until(lambda: b"\a" in without_titles(terminal.written))


@pytest.mark.slow
async def test_the_title_tells_how_things_stand(project: Path) -> None:
    ask = call("AskUser", {"question": "Which one?", "choices": ["red", "green"]})
    async with talk(ask, answer("So."), cwd=project) as (terminal, _):
        await terminal.until(lambda: terminal.screen.title == "sagent: Agent")
        await terminal.says("go")
        await terminal.until(lambda: terminal.screen.title == "? sagent: Agent")
        terminal.type(ENTER)
        await terminal.until(lambda: terminal.screen.title == "sagent: Agent")


def without_titles(written: bytearray) -> bytes:
    return re.sub(rb"\x1b\]2;[^\a]*\a", b"", written)
