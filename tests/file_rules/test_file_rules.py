"""Rules of a ``.gitignore``, held against those of another who reads them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from sagent._file_rules import FileRules

NAMES = st.text("abc.", min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SEGMENTS = st.text("abc.*?", min_size=1, max_size=5) | st.sampled_from(
    ["**", "[ab]c", "[!a]*", "[^a-b]", "*[a-b]?", "[]a]", r"\*", r"a\?"]
)
RULES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/"]),
).filter(lambda rule: not rule.endswith("**/") and "." not in rule.strip("!").split("/"))


@settings(deadline=None)
@given(rule=RULES.filter(lambda rule: not rule.startswith("!")), path=PATHS)
@example(rule="a/**", path="a")
@example(rule="a/*", path="a/b/c")
@example(rule="**/a/**/b", path="a/b")
def test_a_rule_means_what_it_does_in_a_gitignore(rule: str, path: str) -> None:
    expected = GitIgnoreSpec.from_lines([rule]).match_file(path)

    assert FileRules.of([rule]).leave_out(path) == expected


@pytest.mark.parametrize(
    ("lines", "path", "verdict"),
    [
        (["*.log", "!a.log"], "a.log", False),
        (["!a.log", "*.log"], "a.log", True),
        (["*.log"], "a.txt", None),
        (["build/"], "build", None),
        (["build/"], "in/build/", True),
        (["/build"], "in/build/", None),
        (["in/build"], "x/in/build", None),
        (["a/*"], "a/", None),
        (["*"], ".hidden", True),
        (["# a", "", "/", "!"], "a", None),
        ([r"\#a", r"\!b"], "#a", True),
        ([r"\#a", r"\!b"], "!b", True),
        (["a  ", "b\r"], "a", True),
        (["a  ", "b\r"], "b", True),
        ([r"a\ "], "a ", True),
        (["[a-]"], "-", True),
        (["[z-a]x"], "zx", None),
        (["a[!b]c"], "a/c", None),
    ],
)
def test_the_last_rule_that_fits_counts(
    lines: list[str],
    path: str,
    verdict: bool | None,
) -> None:
    assert FileRules.of_file(lines).verdict(path) is verdict


def test_what_is_inside_a_directory_that_is_left_out_is_so_too() -> None:
    rules = FileRules.of(["build/", "!build/a"])

    assert rules.leave_out("build/a")
    assert not rules.leave_out("a")


@pytest.mark.parametrize("line", ["[a", "a\\", "[", "a" * 5000])
def test_a_line_that_is_no_pattern_counts_as_none_in_a_file(line: str) -> None:
    assert FileRules.of_file([line, "b"]).verdict("b") is True
    with pytest.raises(ValueError, match=r"bracket|backslash|longer than any path"):
        FileRules.of([line])


@given(lines=st.lists(st.text() | st.text("*?[]!a-z\\/ ")), path=st.text("a/b.c", min_size=1))
def test_any_text_is_a_rule_or_none(lines: list[str], path: str) -> None:
    assert FileRules.of_file(lines).verdict(path) in {True, False, None}


@pytest.mark.parametrize("rule", ["*a" * 100 + "b", "**/a/" * 100 + "b", "**/*a*a*a*a*b/" * 50])
@pytest.mark.parametrize("path", ["a" * 250, "a/" * 1000 + "c", f"{'a' * 100}/" * 40])
def test_no_rule_takes_long(rule: str, path: str) -> None:
    assert not FileRules.of([rule]).leave_out(path)
