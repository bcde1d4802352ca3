"""Grep and Glob give the same with ripgrep and without it."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagent.lib.json import JSON
from sagent.message import JsonMessage, response_text
from sagent.tool import Binding, Workspace
from sagent.tools import TOOLS

pytestmark = pytest.mark.skipif(shutil.which("rg") is None, reason="ripgrep is not installed")

_NAMES = st.sampled_from(["a", "b.py", "c.txt", ".d", "é", "build", "a b", "x[1]"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_CONTENTS = st.sampled_from(
    [
        b"one\n",
        b"two\r\none two\n",
        b"one\0two",
        b"caf\xe9 one",
        b"",
        "é one\n".encode("utf-16"),
        b"no",
    ]
)
_RULES = st.lists(
    st.sampled_from(
        [
            "*.py",
            "!b.py",
            "build/",
            "/a",
            "a",
            "c.*",
            "!c.txt",
            "**/b.py",
            "a/b.py",
            "#a",
            ".d",
            "*",
            "!*/",
            "x[1]",
            "a b",
        ]
    ),
    max_size=4,
).map("\n".join)
_TREES = st.fixed_dictionaries(
    {
        "files": st.dictionaries(_PATHS, _CONTENTS, max_size=8),
        "rules": st.dictionaries(st.sampled_from(["", "a/", "build/"]), _RULES, max_size=2),
        "links": st.dictionaries(_NAMES, st.sampled_from(["a", "..", "b.py"]), max_size=1),
    }
)
_GREPS = st.fixed_dictionaries(
    {
        "pattern": st.sampled_from(["one", "^two", "o", "[a-z]+ two$", "\\bno\\b", "x*"]),
        "output_mode": st.sampled_from(["files_with_matches", "content", "count"]),
    },
    optional={
        "path": st.sampled_from([".", "a", "b.py", "build"]),
        "glob": st.sampled_from(["*.py", "a/*", "**/*.txt", "!b.py", "*.{py,txt}"]),
        "exclude": st.sampled_from(["*.py", "build", "a/**", "!", "/", "!b.py"]),
        "type": st.sampled_from(["py", "txt"]),
        "-i": st.booleans(),
        "-C": st.integers(0, 1),
        "keep_first": st.integers(0, 3),
        "offset": st.integers(0, 2),
        "keep_last": st.integers(1, 2),
    },
)
_GLOBS = st.fixed_dictionaries(
    {
        "pattern": st.sampled_from(
            [
                "*",
                "**/*",
                "**/*.py",
                "*.{py,txt}",
                "a/**",
                "*/*",
                "{a,build}/*",
                "**/a/*",
                "[ab]*",
                "**/?[ab].py/",
                "**/x[[]1]",
                "a",
                "?",
                "**/a b",
                "**/{a,c.t*t}",
            ]
        )
    },
    optional={
        "path": st.sampled_from([".", "a", "build"]),
        "max_results": st.integers(1, 3),
    },
)


def plant(root: Path, tree: Mapping[str, Mapping[str, bytes | str]]) -> None:
    for name, content in (*tree["files"].items(), *_rule_files(tree["rules"])):
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        except OSError:
            continue  # a directory has the name of a file
    for name, target in tree["links"].items():
        if not (root / name).exists():
            (root / name).symlink_to(str(target))


def _rule_files(rules: Mapping[str, bytes | str]) -> list[tuple[str, bytes | str]]:
    return [(f"{folder}.gitignore", text) for folder, text in rules.items()]


def result_of(name: str, directive: Mapping[str, JSON], root: Path) -> str:
    tool = TOOLS[name]().bind(Binding(agent="any", workspace=Workspace(root)))
    return response_text(trio.run(tool.run, JsonMessage(directive)))


_which = shutil.which


def _no_ripgrep(cmd: str, path: str | None = None) -> str | None:
    return None if cmd == "rg" else _which(cmd, path=path)


def _both(
    name: str, tree: Mapping[str, Mapping[str, bytes | str]], directive: Mapping[str, JSON]
) -> tuple[str, str]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        plant(Path(folder), tree)
        (Path(folder) / ".git").mkdir(exist_ok=True)
        with_it = result_of(name, directive, Path(folder))
        patched.setattr(shutil, "which", _no_ripgrep)
        return with_it, result_of(name, directive, Path(folder))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=_TREES, directive=_GREPS)
def test_grep_finds_the_same_with_and_without_ripgrep(
    tree: Mapping[str, Mapping[str, bytes | str]], directive: Mapping[str, JSON]
) -> None:
    with_it, without = _both("Grep", tree, directive)

    assert with_it == without


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=_TREES, directive=_GLOBS)
def test_glob_finds_the_same_with_and_without_ripgrep(
    tree: Mapping[str, Mapping[str, bytes | str]], directive: Mapping[str, JSON]
) -> None:
    with_it, without = _both("Glob", tree, directive)

    assert with_it == without
