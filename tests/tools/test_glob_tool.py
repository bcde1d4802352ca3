import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from sagent.lib.json import JSON
from sagent.message import JsonMessage, is_error, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import Glob
from sagent.tools._glob_pattern import GlobPattern

type Use = Callable[..., Awaitable[list[str]]]

SHOWN = "List or Glob shows what there is"


@pytest.fixture
def glob(tmp_path: Path) -> Use:
    tool = Glob().bind(Binding(agent="finder", workspace=Workspace(tmp_path)))

    async def use(pattern: str, **more: str | int) -> list[str]:
        directive: dict[str, JSON] = {"pattern": pattern}
        result = await tool.run(JsonMessage(directive | more))
        return (["ERROR"] if is_error(result) else []) + response_text(result).split("\n")

    return use


def plant(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


async def test_files_are_found_at_any_depth_sorted(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "b.py", "a/c.py", "a/d/e.py", "a/d/e.txt")

    assert await glob("**/*.py") == ["a/c.py", "a/d/e.py", "b.py"]


async def test_a_star_stays_in_its_directory(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "b.py", "a/c.py", "a/d/e.py")

    assert await glob("*.py") == ["b.py"]
    assert await glob("a/*.py") == ["a/c.py"]
    assert await glob("*/*.py") == ["a/c.py"]


async def test_braces_and_classes_choose(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "a.c", "a.h", "a.o", "b1", "b2")

    assert await glob("*.{c,h}") == ["a.c", "a.h"]
    assert await glob("b[!1]") == ["b2"]


async def test_nothing_found_is_told(glob: Use) -> None:
    assert await glob("*.py") == ["(no matches)"]


async def test_more_than_the_limit_is_told(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "a", "b", "c")

    assert await glob("*", max_results=2) == ["a", "b", "... (1 more; raise max_results or narrow)"]


async def test_the_first_of_very_many_are_shown(
    tmp_path: Path, glob: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.tools._shortlist._SLACK", 1)
    monkeypatch.setattr("sagent.tools._glob._BATCH", 2)
    plant(tmp_path, *[f"{folder}/{name}" for folder in ("b", "a b", "a") for name in "zyx"])

    shown = await glob("**/*", max_results=4)

    assert shown == ["a/x", "a/y", "a/z", "a b/x", "... (5 more; raise max_results or narrow)"]


async def test_ignored_files_are_left_out(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "a.py", "a.log", "build/x.py", "keep/build.py", ".git/config")
    (tmp_path / ".gitignore").write_text("*.log\nbuild/\n[\n")

    assert await glob("**/*") == [".gitignore", "a.py", "keep/build.py"]


async def test_rules_that_are_made_to_take_long_do_not(
    tmp_path: Path, glob: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "a" * 200)
    (tmp_path / ".gitignore").write_text("*a" * 30 + "b\n")
    monkeypatch.setattr("sagent.tools._glob.ripgrep", lambda: None)

    assert await glob("*") == [".gitignore", "a" * 200]


async def test_rules_of_inner_directories_come_first(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "x.log", "in/x.log", "in/y.txt")
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "in/.gitignore").write_text("!x.log\n*.txt\n")

    assert await glob("**/*.*") == [".gitignore", "in/.gitignore", "in/x.log"]


async def test_rules_of_the_repository_hold_in_its_directories(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, ".git/HEAD", "src/a.py", "src/a.log")
    (tmp_path / ".gitignore").write_text("*.log\n")

    assert await glob("*", path="src") == ["src/a.py"]


async def test_an_ignored_directory_that_is_named_is_searched(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, ".git/HEAD", "vendor/a.py")
    (tmp_path / ".gitignore").write_text("vendor/\n")

    assert await glob("**/*.py") == ["(no matches)"]
    assert await glob("vendor/*.py") == ["vendor/a.py"]


async def test_regular_files_alone_are_found(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "a/b.py")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "a/link.py").symlink_to("b.py")
    os.mkfifo(tmp_path / "a/pipe")

    assert await glob("**/*") == ["a/b.py"]


async def test_a_start_behind_a_link_keeps_its_name_and_its_rules(
    tmp_path: Path, glob: Use
) -> None:
    plant(tmp_path, "real/a.py", "real/a.log")
    (tmp_path / "real/.gitignore").write_text("/a.log\n")
    (tmp_path / "link").symlink_to("real")

    assert await glob("*.*", path="link") == ["link/.gitignore", "link/a.py"]


async def test_paths_outside_are_shown_whole(tmp_path: Path) -> None:
    plant(tmp_path, "in/x", "out/a.py")
    tool = Glob().bind(Binding(agent="finder", workspace=Workspace(tmp_path / "in")))

    result = await tool.run(JsonMessage({"pattern": f"{tmp_path}/out/*.py"}))

    assert response_text(result) == f"{tmp_path}/out/a.py"


async def test_a_missing_start_is_told(tmp_path: Path, glob: Use) -> None:
    assert await glob("*", path="nowhere") == [
        "ERROR",
        f"File not found: {tmp_path}/nowhere. {SHOWN}",
    ]


@pytest.mark.parametrize(
    "pattern", ["{a,b}" * 20, "{" + "," * 1000 + "}", "{" + "," * 1_000_000 + "}" + "a" * 100_000]
)
async def test_too_many_braces_are_refused(glob: Use, pattern: str) -> None:
    kind, reason = await glob(pattern)

    assert kind == "ERROR"
    assert reason.endswith("stand for too many patterns: use fewer")


@pytest.mark.parametrize("pattern", ["{a,b", "{a,b,", "{}", "{a}"])
async def test_braces_without_a_choice_are_braces(tmp_path: Path, glob: Use, pattern: str) -> None:
    plant(tmp_path, "a", pattern)

    assert await glob(pattern) == [pattern]


def test_a_brace_that_does_not_end_is_read_at_once() -> None:
    assert not GlobPattern.of("{" + "," * 1_000_000).matches("a")


async def test_a_pattern_of_many_stars_ends_soon(tmp_path: Path, glob: Use) -> None:
    plant(tmp_path, "a" * 200)

    with trio.fail_after(5):
        assert await glob("*a" * 30 + "b") == ["(no matches)"]


_NAMES = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=5).map("/".join)
_PATTERNS = st.lists(st.sampled_from(["**", "*", "a", "?b", "b*"]), min_size=1, max_size=5)


@given(pattern=_PATTERNS, name=_NAMES)
def test_matching_is_as_defined(pattern: list[str], name: str) -> None:
    def fits(segments: list[str], parts: list[str]) -> bool:
        if not segments:
            return not parts
        if segments[0] == "**":
            return any(fits(segments[1:], parts[n:]) for n in range(len(parts) + 1))
        plain = {"*": True, "a": parts[:1] == ["a"], "?b": parts[:1] == ["ab"]}
        first = plain.get(segments[0], parts[:1] == ["b"])
        return bool(parts) and first and fits(segments[1:], parts[1:])

    assert GlobPattern.of("/".join(pattern)).matches(name) == fits(pattern, name.split("/"))
