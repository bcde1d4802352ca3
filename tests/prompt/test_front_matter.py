import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.prompt._front_matter import FrontMatter, parse_front_matter, split_at_commas

TEXTS = st.text(
    st.characters(
        min_codepoint=32, max_codepoint=0x17F, exclude_categories=["C"], exclude_characters="\xa0"
    ),
    max_size=60,
)
KEYS = st.text(string.ascii_letters, min_size=1).filter(
    lambda key: key.lower() not in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
)
DRAWN_TO_SYNTAX = st.lists(
    st.sampled_from(
        [
            "---",
            "\n",
            "a: ",
            "b:",
            "- ",
            "  ",
            "[",
            "]",
            ",",
            "|",
            ">-",
            '"',
            "'",
            "#",
            "\\",
            "x",
            "{",
        ]
    )
).map("".join)


def fields(*lines: str) -> dict[str, str | tuple[str, ...]]:
    return dict(parse_front_matter("\n".join(["---", *lines, "---", ""])).fields)


def test_a_text_without_front_matter_is_all_body() -> None:
    assert parse_front_matter("# Title\n---\n") == FrontMatter({}, "# Title\n---\n")


def test_a_rule_that_never_closes_is_a_rule_across_the_page() -> None:
    assert parse_front_matter("---\nname: x\n").body == "---\nname: x\n"


def test_the_body_begins_behind_the_second_rule() -> None:
    assert parse_front_matter("---\nname: x\n---\nbody\n---\n").body == "body\n---\n"


def test_a_plain_value_may_hold_a_colon_and_ends_at_a_comment() -> None:
    assert fields("description: Use it when: always # or not") == {
        "description": "Use it when: always"
    }


def test_a_glob_needs_no_quotes() -> None:
    assert fields("paths: **/*.py", "others:", "  - *.md") == {
        "paths": "**/*.py",
        "others": ("*.md",),
    }


@pytest.mark.parametrize(
    "lines",
    [
        ('paths: ["a/**", b]',),
        ("paths:", "  - a/**", "  # between", "  - 'b'"),
        ("paths:", "- a/**", "- b  # last"),
        ("paths: [", "  a/**,", "  b", "]"),
    ],
)
def test_a_list_is_written_in_any_of_yamls_ways(lines: tuple[str, ...]) -> None:
    assert fields(*lines) == {"paths": ("a/**", "b")}


@pytest.mark.parametrize(
    "lines",
    [
        ("d: |", "  one", "   two", "", "  three"),
        ("d: >-", "  one", "  two", "", "  three"),
        ("d: >", "  one", "  two"),
        ("d: one", "  two", "  three"),
        ('d: "one', '  two \\"three\\" \\n four"'),
        ("d: 'it''s", "", "  two'"),
        ("d: ~",),
    ],
)
def test_a_long_value_reads_as_yaml_reads_it(lines: tuple[str, ...]) -> None:
    expected = yaml.safe_load("\n".join([*lines, ""]))["d"]

    assert fields(*lines) == {"d": expected or ""}


def test_a_map_inside_is_passed_over() -> None:
    assert fields("metadata:", "  author: someone", "name: x") == {"name": "x"}


def test_a_line_that_says_nothing_is_a_problem_and_the_rest_is_read() -> None:
    matter = parse_front_matter("---\nname: x\nwhat\nname: y\n---\n")

    assert matter.fields == {"name": "y"}
    assert len(matter.problems) == 2


def test_one_that_is_too_long_is_not_read() -> None:
    matter = parse_front_matter(f"---\nname: {'x' * 10_000}\n---\nbody")

    assert not matter.fields
    assert matter.problems


def test_commas_in_braces_divide_nothing() -> None:
    assert split_at_commas("src/*.{ts,tsx}, b,, c") == ("src/*.{ts,tsx}", "b", "c")


@settings(deadline=None)
@given(st.dictionaries(KEYS, TEXTS | st.lists(TEXTS, min_size=1).map(tuple)))
def test_what_yaml_writes_is_read_as_it_was(value: dict[str, str | tuple[str, ...]]) -> None:
    plain = {key: list(each) if isinstance(each, tuple) else each for key, each in value.items()}
    written = yaml.safe_dump(plain, width=10**9) if plain else ""  # pyright: ignore[reportUnknownMemberType]  # its hints leave width open

    assert parse_front_matter(f"---\n{written}---\n").fields == value


@settings(deadline=None)
@given(st.text() | DRAWN_TO_SYNTAX.map("---\n{}\n---\n".format))
def test_any_text_gives_a_value_and_keeps_its_body(text: str) -> None:
    matter = parse_front_matter(text)

    assert text.endswith(matter.body)
