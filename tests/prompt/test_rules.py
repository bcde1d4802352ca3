from pathlib import Path

import pathspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.prompt import ConditionalRules, Rule, Source
from sagent.prompt._path_pattern import path_patterns

BASE = Path("/p")


def rule(*patterns: str, name: str = "rule.md") -> Rule:
    source = Source(path=BASE / name, scope="project", text="Be kind.", size_bytes=8)
    return Rule(patterns=patterns, bases=(BASE,), sources=(source,))


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.py", "deep/down/a.py"),
        ("src/**/*.ts", "src/a.ts"),
        ("src/**/*.ts", "src/b/c/a.ts"),
        ("src/*.{ts,tsx}", "src/a.tsx"),
        ("{a,b}/{c,d}.md", "b/c.md"),
        ("docs/", "docs/a/b.md"),
        ("/top.md", "top.md"),
        ("[[][ab][c", "[a[c"),
    ],
)
def test_a_rule_is_for_the_files_that_its_patterns_match(pattern: str, path: str) -> None:
    assert rule(pattern).matches(BASE / path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.py", "/p/a.pyc"),
        ("src/*.ts", "/p/src/b/a.ts"),
        ("/top.md", "/p/sub/top.md"),
        ("*.py", "/elsewhere/a.py"),
        ("*", "/p"),
    ],
)
def test_a_rule_is_for_no_others(pattern: str, path: str) -> None:
    assert not rule(pattern).matches(Path(path))


def test_a_later_pattern_may_take_back() -> None:
    rules = rule("*.py", "!test_*.py")

    assert rules.matches(BASE / "a.py")
    assert not rules.matches(BASE / "test_a.py")


def test_rules_for_a_path_come_in_their_order_without_those_given() -> None:
    first, second, other = rule("*.py", name="1"), rule("a.*", name="2"), rule("*.md", name="3")
    rules = ConditionalRules((first, second, other))

    assert rules.for_path(BASE / "a.py") == (first, second)
    assert rules.for_path(BASE / "a.py", given={first}) == (second,)


def test_a_rule_says_where_it_comes_from() -> None:
    assert rule("*").text == '<instructions from="/p/rule.md">\nBe kind.\n</instructions>'


def test_a_path_is_put_straight_before_it_is_matched() -> None:
    assert not rule("src/*.py").matches(BASE / "src/../a.py")


@pytest.mark.parametrize("text", ["", " ", "/", "!", "./", "a" * 1001])
def test_what_is_no_pattern_gives_none(text: str) -> None:
    assert path_patterns(text) == ()


def test_braces_that_stand_for_too_much_are_taken_as_they_are() -> None:
    assert len(path_patterns("{a,b}" * 100)) < 100


def test_many_choices_may_stand_in_braces() -> None:
    endings = [f"x{number}" for number in range(200)]

    assert rule(f"*.{{{','.join(endings)}}}").matches(BASE / "a.x199")


def test_braces_that_write_a_long_pattern_out_many_times_are_taken_as_they_are() -> None:
    assert len(path_patterns("a" * 900 + "{a,b,c,d,e}")) == 1


def test_matching_takes_no_longer_for_a_wicked_pattern() -> None:
    wicked = rule("*a" * 100 + "b", "**/a/" * 100 + "b")

    assert not wicked.matches(BASE / ("a" * 250) / ("a/" * 200))


SEGMENTS = st.text("abc.*?", min_size=1, max_size=5) | st.sampled_from(
    ["**", "[ab]c", "[!a]*", "*[a-b]?"]
)
PATTERNS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "/"]),
    st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "/"]),
)
NAMES = st.text("abc.", min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@settings(deadline=None)
@given(PATTERNS.filter(lambda text: not text.endswith("**/") and "." not in text.split("/")), PATHS)
def test_a_pattern_matches_as_it_does_in_a_gitignore(pattern: str, path: str) -> None:
    expected = pathspec.GitIgnoreSpec.from_lines([pattern]).match_file(path)

    assert any(each.matches(path.split("/")) for each in path_patterns(pattern)) == expected


@settings(deadline=None)
@given(st.lists(st.text() | st.text("{,}*/[]!a-z\\ ")), st.text("a/b.c", min_size=1))
def test_any_text_is_a_pattern_or_none(patterns: list[str], path: str) -> None:
    assert rule(*patterns).matches(BASE / path) in (True, False)
