import os
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
import trio

from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import Grep

type Use = Callable[..., Awaitable[str]]

RIPGREP = shutil.which("rg")

no_ripgrep = pytest.mark.skipif(RIPGREP is None, reason="ripgrep is not installed")

SHOWN = "List or Glob shows what there is"


@pytest.fixture(params=["own", pytest.param("ripgrep", marks=no_ripgrep)])
def grep(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Use:
    if request.param == "own":
        monkeypatch.setattr(shutil, "which", _no_ripgrep)
    tool = Grep().bind(Binding(agent="searcher", workspace=Workspace(tmp_path)))

    async def use(
        pattern: str, options: Mapping[str, int | bool] | None = None, **more: str | int | bool
    ) -> str:
        result = await tool.run(JsonMessage({"pattern": pattern} | more | dict(options or {})))
        return ("ERROR " if is_error(result) else "") + response_text(result)

    return use


_which = shutil.which


def _no_ripgrep(cmd: str, path: str | None = None) -> str | None:
    return None if cmd == "rg" else _which(cmd, path=path)


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


async def test_the_files_that_match_are_named(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "b.txt", "here\n")
    write(tmp_path, "a/c.txt", "here\n")
    write(tmp_path, "a.txt", "not\n")
    write(tmp_path, "a/b.txt", "there\n")

    assert await grep("here") == "a/b.txt\na/c.txt\nb.txt"


async def test_matching_lines_are_shown_with_path_and_number(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "one\r\ntwo\r\n")

    assert await grep("two$", output_mode="content") == "a.txt:2:two"
    assert await grep("t[w]o", {"-n": False}, output_mode="content") == "a.txt:two"


async def test_lines_around_a_match_are_marked(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "1\n2\nx\n4\n5\n6\n7\nx\n")
    write(tmp_path, "b.txt", "x\n")

    text = await grep("x", {"-C": 1}, output_mode="content")

    assert text == "a.txt-2-2\na.txt:3:x\na.txt-4-4\n--\na.txt-7-7\na.txt:8:x\n--\nb.txt:1:x"
    assert await grep("x", {"-B": 1, "keep_first": 2}, output_mode="content") == (
        "a.txt-2-2\na.txt:3:x\n... (more matches. Use offset=2 to continue.)"
    )


async def test_matching_lines_are_counted(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "x x\nx\ny\n")

    assert await grep("x", output_mode="count") == "a.txt:2"


async def test_nothing_found_is_told(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "x\n")

    assert await grep("y") == "(no matches)"


async def test_case_is_ignored_when_asked(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "Straw\n")

    assert await grep("sTRAW") == "(no matches)"
    assert await grep("sTRAW", {"-i": True}) == "a.txt"


async def test_one_file_is_searched_even_if_it_is_ignored(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "in/a.log", "x\n")
    write(tmp_path, ".gitignore", "*.log\n")

    assert await grep("x") == "(no matches)"
    assert await grep("x", path="in/a.log", output_mode="content") == "in/a.log:1:x"


@pytest.mark.parametrize(
    ("mode", "found"),
    [("content", "link.txt:1:x"), ("files_with_matches", "link.txt"), ("count", "link.txt:1")],
)
async def test_a_file_behind_a_link_keeps_its_name(
    tmp_path: Path, grep: Use, mode: str, found: str
) -> None:
    write(tmp_path, "in/real.txt", "x\n")
    (tmp_path / "link.txt").symlink_to("in/real.txt")

    assert await grep("x", path="link.txt", output_mode=mode) == found


@pytest.mark.parametrize("mode", ["content", "files_with_matches", "count"])
async def test_a_binary_file_that_is_named_is_told_as_one(
    tmp_path: Path, grep: Use, mode: str
) -> None:
    write(tmp_path, "a.bin", "x\0y")

    told = await grep("x", path="a.bin", output_mode=mode)

    assert told.startswith(f"ERROR {tmp_path}/a.bin is a binary file")


async def test_ignored_binary_linked_and_version_control_files_are_left_out(
    tmp_path: Path, grep: Use
) -> None:
    write(tmp_path, "build/a.txt", "x\n")
    write(tmp_path, ".git/config", "x\n")
    write(tmp_path, "in/.gitignore", "b.*\n")
    write(tmp_path, "in/b.txt", "x\n")
    write(tmp_path, ".hidden", "x\n")
    (tmp_path / "link").symlink_to(".hidden")
    (tmp_path / "a.bin").write_bytes(b"\0x\n")
    write(tmp_path, ".gitignore", "build/\n")

    assert await grep("^x") == ".hidden"


async def test_files_are_chosen_by_glob_exclude_and_type(tmp_path: Path, grep: Use) -> None:
    for name in ("a.py", "b.ts", "in/c.tsx", "in/d.py", "in/e.md", "gone.py"):
        write(tmp_path, name, "x\n")
    write(tmp_path, ".gitignore", "gone.py\n")

    assert await grep("x", glob="*.{ts,tsx}") == "b.ts\nin/c.tsx"
    assert await grep("x", glob="in/*.py") == "in/d.py"
    assert await grep("x", glob="!*.py", exclude="in") == "b.ts"
    assert await grep("x", type="py") == "a.py\nin/d.py"
    assert await grep("x", type="py", exclude="a.*") == "in/d.py"


async def test_an_unknown_type_is_told(grep: Use) -> None:
    assert (await grep("x", type="klingon")).startswith("ERROR ")


@pytest.mark.parametrize(
    ("pattern", "numbers"),
    [
        ("a.c", [1, 4]),
        (r"a\s+b", [3]),
        (r"c\s+-", []),
        ("b[^x]*$", [1, 3, 4]),
        (r"^\w+$", [1, 4]),
        ("^$", [2]),
        ("x*", [1, 2, 3, 4]),
        ("(?i)B$", [3]),
        (r"c$", [1, 4]),
        (r"^-\S+ b", [3]),
        ("c\\b", [1, 4]),
    ],
)
async def test_a_match_stays_in_its_line(
    tmp_path: Path, grep: Use, pattern: str, numbers: list[int]
) -> None:
    write(tmp_path, "a.txt", "abc\n\n-a b\nabc")

    text = await grep(pattern, output_mode="content")

    assert [int(number) for number in re.findall(r"^a.txt:(\d+)", text, re.MULTILINE)] == numbers


async def test_a_match_may_span_lines_when_asked(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "begin\nmiddle\nend\nbegin\n")

    assert await grep("begin.*end") == "(no matches)"
    text = await grep("begin.*end", output_mode="content", multiline=True)
    assert text == "a.txt:1:begin\na.txt:2:middle\na.txt:3:end"
    assert await grep("begin.*?e", output_mode="count", multiline=True) == "a.txt:1"


async def test_lines_can_be_skipped_or_taken_from_the_end(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "x1\nx2\nx3\nx4\n")

    first = await grep("x", output_mode="content", offset=1, keep_first=2)
    last = await grep("x", output_mode="content", keep_last=1)
    beyond = await grep("x", output_mode="content", offset=9)

    assert first == "a.txt:2:x2\na.txt:3:x3\n... (more matches. Use offset=3 to continue.)"
    assert last == "(3 lines before these)\na.txt:4:x4"
    assert beyond == "(offset 9 is beyond the end: 4 lines in all)"


async def test_files_can_be_paged_too_however_many_are_found(
    tmp_path: Path, grep: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.tools._found_files._SLACK", 1)
    for name in "hgfedcba":
        write(tmp_path, name, "x\n")

    page = await grep("x", offset=2, keep_first=2)
    last = await grep("x", keep_last=2)

    assert page == "c\nd\n... (4 more. Use offset=4 to continue.)"
    assert last == "(6 lines before these)\ng\nh"


async def test_a_pattern_that_is_none_is_told(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "x\n")

    told = await grep("(x")

    assert told.startswith("ERROR the search failed: ")
    assert told.endswith(": correct the pattern")
    assert "\n" not in told


@no_ripgrep
async def test_a_pattern_that_needs_pcre_is_told_so(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "ab\n")

    told = await grep("(?=a)b(")

    assert "--pcre2" not in told


async def test_a_pattern_that_would_take_for_ever_is_given_up(
    tmp_path: Path, grep: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.tools._grep._PATIENCE_S", 0.2)
    write(tmp_path, "a.txt", "x\n" + "a" * 60 + "b\n")
    write(tmp_path, "b.txt", "aaa\n")

    told = await grep("(x+x+)+y|((a+)+)$", {"pcre": True})

    # A library with a limit of its own says so sooner, or goes on with the other file.
    assert told == "b.txt" or "simplify" in told


async def test_a_search_that_finds_nothing_says_what_it_could_not_read(
    tmp_path: Path, grep: Use
) -> None:
    write(tmp_path, "a.txt", "one\n")
    write(tmp_path, "secret.txt", "two\n")
    (tmp_path / "secret.txt").chmod(0)
    if os.access(tmp_path / "secret.txt", os.R_OK):
        pytest.skip("this user may read every file")

    among, alone = await grep("two"), await grep("two", path="secret.txt")

    assert among == "(no matches)\n[Some files could not be read, and were not searched]"
    assert alone.startswith("ERROR cannot read ")


async def test_a_name_with_a_line_end_is_one_name(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a\nb/c\n.txt", "here\nthere\n")
    write(tmp_path, "z.txt", "here\n")

    files = await grep("ere")
    counts = await grep("ere", output_mode="count")
    lines = await grep("^here", output_mode="content")

    assert files == "a\\nb/c\\n.txt\nz.txt"
    assert counts == "a\\nb/c\\n.txt:2\nz.txt:1"
    assert lines == "a\\nb/c\\n.txt:1:here\nz.txt:1:here"


async def test_a_long_line_is_cut(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "x" * 9000 + "\n")

    assert await grep("x", output_mode="content") == f"a.txt:1:{'x' * 500}... [line cut]"


async def test_text_in_utf16_and_latin1_is_searched(tmp_path: Path, grep: Use) -> None:
    (tmp_path / "a.txt").write_bytes("käse\n".encode("utf-16"))
    (tmp_path / "b.txt").write_bytes("käse\n".encode("latin-1"))

    assert await grep("se$") == "a.txt\nb.txt"


async def test_names_with_colons_and_spaces_stay_whole(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a:1: b.txt", "x\n")

    assert await grep("x", output_mode="content") == "a:1: b.txt:1:x"


async def test_paths_outside_are_shown_whole(tmp_path: Path, grep: Use) -> None:
    write(tmp_path.parent, "outside/a.txt", "x\n")

    outside = tmp_path.parent / "outside"
    assert await grep("x", path=str(outside)) == f"{outside}/a.txt"


async def test_a_missing_path_is_told(tmp_path: Path, grep: Use) -> None:
    assert await grep("x", path="no") == f"ERROR File not found: {tmp_path}/no. {SHOWN}"


async def test_a_named_pipe_is_not_waited_for(tmp_path: Path, grep: Use) -> None:
    write(tmp_path, "a.txt", "x\n")
    os.mkfifo(tmp_path / "pipe")

    with trio.fail_after(5):
        assert await grep("x") == "a.txt"
        assert await grep("x", path="pipe") == (
            f"ERROR {tmp_path}/pipe is a named pipe, not a regular file"
        )


async def test_a_pattern_that_would_run_for_ever_ends_with_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", _no_ripgrep)
    write(tmp_path, "a.txt", "a" * 40 + "!\n")
    tool = Grep().bind(Binding(agent="searcher", workspace=Workspace(tmp_path)))
    before = trio.current_time()

    with trio.move_on_after(0.3) as scope:
        await tool.run(JsonMessage({"pattern": "(a+)+$"}))

    assert scope.cancelled_caught
    assert trio.current_time() - before < 2


async def test_lines_come_in_the_order_of_their_files(tmp_path: Path, grep: Use) -> None:
    for name in ("a-b/z.txt", "a/b.txt", "a.txt", "b.txt"):
        write(tmp_path, name, "needle\nneedle\n")

    found = await grep("needle", output_mode="content")

    places = [line.rpartition(":")[0] for line in found.splitlines()]
    files = ("a/b.txt", "a-b/z.txt", "a.txt", "b.txt")
    assert places == [f"{name}:{number}" for name in files for number in (1, 2)]


async def test_the_first_of_very_many_lines_are_those_of_the_first_file(
    tmp_path: Path, grep: Use
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        write(tmp_path, name, f"needle {'x' * 90}\n" * 2_000)

    found = await grep("needle", output_mode="content", keep_first=3)

    places = [line.rpartition(":")[0] for line in found.splitlines()[:3]]
    assert places == ["a.txt:1", "a.txt:2", "a.txt:3"]


async def test_a_line_of_a_file_whose_name_has_a_line_end_is_told_with_its_name(
    tmp_path: Path, grep: Use
) -> None:
    write(tmp_path, "odd\nname.txt", "needle\n")
    write(tmp_path, "a.txt", "needle\n")

    content = await grep("needle", output_mode="content")
    names = await grep("needle")

    assert [line.rpartition(":1:")[0] for line in content.splitlines()] == names.splitlines()
