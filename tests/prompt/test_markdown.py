import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.prompt._include import find_includes, is_surely_a_path
from sagent.prompt._markdown import parts, without_comments

MARKDOWN = st.lists(
    st.sampled_from(
        [
            "`",
            "``",
            "```",
            "~~~",
            "\n",
            "\n\n",
            "<!--",
            "-->",
            " ",
            "@a.md",
            "@./b",
            "x",
            "> ",
            "\\",
        ]
    )
).map("".join)


def test_a_path_after_an_at_sign_is_included() -> None:
    assert find_includes("See @docs/style.md, and @../top.md.\n- @~/mine.md") == (
        "docs/style.md",
        "../top.md",
        "~/mine.md",
    )


def test_a_path_is_included_once() -> None:
    assert find_includes("@a.md @b.md @a.md") == ("a.md", "b.md")


def test_a_path_may_hold_a_space_and_a_heading() -> None:
    assert find_includes(r"@my\ notes.md#style") == ("my notes.md",)


def test_an_address_is_no_include() -> None:
    assert find_includes("mail me@example.org or @ . @/ @..") == ()


@pytest.mark.parametrize(
    "text",
    [
        "`@a.md`",
        "``a ` @a.md``",
        "```\n@a.md\n```",
        "~~~ sh\n@a.md\n```\n@a.md\n~~~",
        "- item\n\n    ````\n    ```\n    @a.md\n    ````",
        "```\n@a.md",
        "<!-- @a.md -->",
        "<!--\n```\n@a.md\n-->",
    ],
)
def test_what_stands_in_code_or_in_a_comment_is_not_included(text: str) -> None:
    assert find_includes(text) == ()


@pytest.mark.parametrize(
    "text",
    ["one ` tick @a.md", "``` not a `fence` @a.md", "<!-- never closed\n@a.md", "```\n```\n@a.md"],
)
def test_what_only_looks_like_code_or_a_comment_hides_nothing(text: str) -> None:
    assert find_includes(text) == ("a.md",)


def test_a_tick_does_not_reach_over_the_end_of_a_paragraph() -> None:
    assert find_includes("one `\n\n@a.md `") == ("a.md",)


@pytest.mark.parametrize("include", ["./x", "~/x", "/x", "../x", "x.md", "a/x.py"])
def test_a_path_is_told_from_a_name(include: str) -> None:
    assert is_surely_a_path(include)


@pytest.mark.parametrize("include", ["alice", "types/node", "pytest.fixture"])
def test_a_name_may_be_a_path_but_need_not(include: str) -> None:
    assert not is_surely_a_path(include)


def test_comments_go_with_the_lines_that_they_fill() -> None:
    text = "a\n<!-- one\ntwo -->\nb <!-- three -->c\n<!---->\n`<!-- code -->`\n"

    assert without_comments(text) == "a\nb c\n`<!-- code -->`\n"


@settings(deadline=None)
@given(st.text() | MARKDOWN)
def test_the_parts_of_a_text_joined_are_the_text(text: str) -> None:
    assert "".join(part.text for part in parts(text)) == text


@settings(deadline=None)
@given(st.text() | MARKDOWN)
def test_any_text_gives_includes_without_white_space_around(text: str) -> None:
    assert all(include == include.strip() and include for include in find_includes(text))


@settings(deadline=None)
@given(st.text() | MARKDOWN)
def test_taking_comments_out_only_takes_out(text: str) -> None:
    rest = iter(text)

    assert all(char in rest for char in without_comments(text))
