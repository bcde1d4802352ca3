from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.prompt import ConditionalRules, Rule, Source
from sagent.prompt._rules import usable_patterns

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


def test_what_is_no_pattern_is_left_out() -> None:
    assert list(usable_patterns(["./a", "", " ", "# no", "!", "b/**"])) == ["a", "b/**"]


@given(st.lists(st.text() | st.text("{,}*/[]!a-z\\ ")), st.text("a/b.c", min_size=1))
def test_usable_patterns_never_fail_to_match(patterns: list[str], path: str) -> None:
    usable = tuple(usable_patterns(patterns))

    assert rule(*usable).matches(BASE / path) in (True, False)
