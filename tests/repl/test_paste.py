"""Long texts and images that are pasted, and files that are named."""

from pathlib import Path

import pytest
import trio
from loopback import answer
from terminal import (
    BACKSPACE,
    CTRL_C,
    CTRL_D,
    CTRL_E,
    CTRL_V,
    CTRL_X,
    ENTER,
    ESC,
    LEFT,
    UP,
    pasted,
    talk,
)

LONG = "".join(f"line {n}\n" for n in range(120))
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\x00IEND\xaeB`\x82"
)


async def test_a_long_paste_is_shown_in_short_and_sent_whole(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type("see ", pasted(LONG), " please")
        await terminal.shows("> see [Pasted text #1: 120 lines] please")
        terminal.type(ENTER)
        await terminal.shows("> see [Pasted text #1: 120 lines] please", "Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"] == f"see {LONG} please"


@pytest.mark.slow
async def test_a_short_paste_is_text(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.type(pasted("two\nlines"))
        await terminal.shows("> two\n  lines")


@pytest.mark.slow
async def test_a_folded_paste_is_passed_and_deleted_as_one(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type("a", pasted(LONG))
        await terminal.shows("> a[Pasted text #1: 120 lines]")
        terminal.type(LEFT, "b")
        await terminal.shows("> ab[Pasted text #1: 120 lines]")
        terminal.type(CTRL_E, BACKSPACE)
        await terminal.lacks("Pasted text")
        terminal.type("c", ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"] == "abc"


@pytest.mark.slow
async def test_an_editor_sees_a_paste_whole_and_what_it_leaves_is_folded_again(
    project: Path,
) -> None:
    editor = project / "editor"
    editor.write_text('#!/bin/sh\ncp "$1" seen; echo "and more" >> "$1"\n')
    editor.chmod(0o700)
    environ = {"EDITOR": str(editor), "VISUAL": ""}
    async with talk(answer("Fine."), cwd=project, environ=environ) as (terminal, server):
        terminal.type("see ", pasted(LONG))
        await terminal.shows("Pasted text #1")
        terminal.type(CTRL_X, CTRL_E)
        await terminal.shows("> see [Pasted text #1: 120 lines]and more")
        terminal.type(ENTER)
        await terminal.shows("Fine.", "ready")

    assert (project / "seen").read_text() == f"see {LONG}"
    assert server.seen[0].body["messages"][-1]["content"] == f"see {LONG}and more"


@pytest.mark.slow
async def test_a_paste_of_another_day_comes_back_folded_and_is_sent_whole(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.type(pasted(LONG), "x", ENTER)
        await terminal.shows("Fine.", "ready")
        terminal.type(CTRL_D)
        await terminal.ends()
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type(UP)
        await terminal.shows("> [Earlier text #1: 121 lines]")
        terminal.type(ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"] == f"{LONG}x"


@pytest.mark.slow
async def test_an_image_that_is_dropped_is_sent_as_one(project: Path) -> None:
    shot = project / "my shot.png"
    shot.write_bytes(PNG)
    async with talk(answer("A dot."), cwd=project) as (terminal, server):
        terminal.type("what is ", pasted(str(shot).replace(" ", "\\ ")))
        await terminal.shows("> what is [Image #1: my shot.png 1 kB]")
        terminal.type(ENTER)
        await terminal.shows("A dot.", "ready")

    text, image = server.seen[0].body["messages"][-1]["content"]
    assert text["text"] == "what is [Image #1: my shot.png 1 kB]"
    assert image["type"] == "image_url"


@pytest.mark.slow
async def test_an_image_that_the_model_does_not_take_is_refused_and_nothing_is_lost(
    project: Path,
) -> None:
    (project / "old.bmp").write_bytes(
        b"BM" + bytes(12) + b"\x28\0\0\0\x01\0\0\0\x01\0\0\0" + bytes(28)
    )
    async with talk(answer("Fine."), cwd=project, columns=120) as (terminal, server):
        terminal.type("what is ", pasted("old.bmp"))
        await terminal.shows("> what is [Image #1: old.bmp 1 kB]")
        terminal.type(ENTER)
        await terminal.shows("! m does not look at image/bmp: it takes image/gif")
        await terminal.shows("> what is [Image #1: old.bmp 1 kB]\n")

    assert server.seen == []


@pytest.mark.slow
async def test_the_clipboards_image_comes_by_ctrl_v(project: Path) -> None:
    tool = project / "bin" / "wl-paste"
    tool.parent.mkdir()
    (project / "shot.png").write_bytes(PNG)
    tool.write_text(f"#!/bin/sh\nexec /bin/cat '{project}/shot.png'\n")
    tool.chmod(0o700)
    environ = {"PATH": f"{tool.parent}:/usr/bin:/bin", "WAYLAND_DISPLAY": "w"}
    async with talk(answer("A dot."), cwd=project, environ=environ) as (terminal, server):
        terminal.type(CTRL_V)
        await terminal.shows("> [Image #1: image/png 1 kB]")
        terminal.type(ENTER)
        await terminal.shows("A dot.", "ready")

    assert server.seen[0].body["messages"][-1]["content"][1]["type"] == "image_url"


@pytest.mark.slow
async def test_where_nothing_reads_the_clipboard_a_line_says_what_to_install(
    project: Path,
) -> None:
    environ = {"WAYLAND_DISPLAY": "", "DISPLAY": ""}
    async with talk(answer("Fine."), cwd=project, environ=environ) as (terminal, _):
        terminal.type(CTRL_V)
        await terminal.shows("✗ nothing here can read the clipboard: install")


@pytest.mark.slow
async def test_a_file_that_is_named_is_attached_and_told(project: Path) -> None:
    (project / "a.py").write_text("one\ntwo\n")
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("explain @a.py to me@home.org")
        await terminal.shows("> explain @a.py", "  attached a.py (2 lines)", "Fine.", "ready")

    said = server.seen[0].body["messages"][-1]["content"]
    assert said.startswith("explain @a.py to me@home.org\n")
    assert "[attached by the user: a.py]\n1\tone\n2\ttwo" in said


@pytest.mark.slow
async def test_a_pasted_text_names_no_files(project: Path) -> None:
    (project / "a.py").write_text("xyzzy\n")
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type(pasted(f"{LONG}@a.py\n"), ENTER)
        await terminal.shows("Fine.", "ready")

    assert "xyzzy" not in str(server.seen[0].body["messages"])


@pytest.mark.slow
async def test_a_pasted_text_is_no_command(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type(pasted(f"!touch made\n{LONG}"), ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["messages"][-1]["content"].startswith("!touch made\n")
    assert not (project / "made").exists()


@pytest.mark.slow
async def test_what_was_said_with_a_file_can_be_written_anew(project: Path) -> None:
    (project / "a.py").write_text("one\n")
    async with talk(answer("Fine."), answer("Again."), cwd=project) as (terminal, server):
        await terminal.says("explain @a.py")
        await terminal.shows("Fine.", "ready")
        await terminal.says("/undo")
        await terminal.shows("the last turn is taken back")
        await terminal.until(lambda: terminal.rows.count("> explain @a.py") == 2)
        terminal.type(ENTER)
        await terminal.shows("Again.", "ready")

    assert len(server.seen[1].body["messages"]) == len(server.seen[0].body["messages"])


@pytest.mark.slow
async def test_what_ctrl_c_leaves_behind_comes_back_with_up(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        terminal.type("words ", pasted(LONG))
        await terminal.shows("words [Pasted text #1")
        terminal.type(CTRL_C)
        await terminal.lacks("Pasted text")
        terminal.type(UP)
        await terminal.shows("> words [Pasted text #1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environ", "keys"),
    [({}, ["\x1b\x7f"]), ({"SAGENT_EDITING_MODE": "vi"}, [ESC, "0dwi"])],
    ids=["Alt-Backspace", "dw"],
)
async def test_a_word_that_is_deleted_of_a_label_takes_all_of_it(
    project: Path, environ: dict[str, str], keys: list[str]
) -> None:
    async with talk(answer("Fine."), cwd=project, environ=environ) as (terminal, server):
        terminal.type(pasted(LONG))
        await terminal.shows("[Pasted text #1: 120 lines]")

        for key in keys:
            terminal.type(key)
            await trio.sleep(0.2)  # Esc, or the beginning of what a key sends
        await terminal.lacks("lines]")
        await terminal.says("instead")

        await terminal.shows("Fine.", "ready")
    assert server.seen[0].body["messages"][-1]["content"] == "instead"
