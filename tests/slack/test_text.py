"""What is shown: Slack's markup, pages, and the draft of a turn."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sagent.agent import (
    Done,
    Failed,
    Interrupted,
    Notice,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    ToolCalled,
    TurnBegan,
)
from sagent.message import TextMessage
from sagent.model import Usage
from sagent.slack._draft import Draft
from sagent.slack._mrkdwn import escape, to_mrkdwn, unescape
from sagent.slack._pages import edited, next_edit, pages

LINES = st.lists(
    st.text(st.sampled_from("ab &<>`\n*_~|[]()"), max_size=60)
    | st.sampled_from(["```", "```py", "[a b](https://x.y/z)", "**b**", "# h", "- i", "<!here>"]),
    max_size=40,
).map("\n".join)


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("**bold** and *slanted*", "*bold* and _slanted_"),
        ("__bold__ ~~gone~~", "*bold* ~gone~"),
        ("# A *great* plan", "*A _great_ plan*"),
        ("- one\n  * two", "• one\n  • two"),
        ("[here](https://a.b/c)", "<https://a.b/c|here>"),
        ("![dot](https://a.b/c.png)", "<https://a.b/c.png|dot>"),
        ("[evil](javascript:x)", "[evil](javascript:x)"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("> said", "> said"),
        ("`a**b**` **c**", "`a**b**` *c*"),
        ("```py\nx = **y\n```", "```\nx = **y\n```"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("<@U123> and <!channel>", "<@U123> and &lt;!channel&gt;"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_markdown_is_written_as_slack_shows_it(markdown: str, mrkdwn: str) -> None:
    assert to_mrkdwn(markdown) == mrkdwn


@given(LINES | st.text())
def test_nothing_that_a_model_writes_calls_a_channel(text: str) -> None:
    written = to_mrkdwn(text)

    links = re.findall(r"<([^>]*)>", written)
    assert all(link.startswith(("https://", "http://", "@", "#")) for link in links)


@given(st.text())
def test_what_is_escaped_is_had_back(text: str) -> None:
    assert unescape(escape(text)) == text


@example("<<\n<<<<<<<<<<<\n[a b](https://x.y/z)\n```\n<<", 41)
@given(LINES, st.integers(40, 200))
def test_pages_have_room_and_lose_no_word(text: str, limit: int) -> None:
    cut = pages(text, limit)

    assert all(0 < len(page) <= limit for page in cut)
    fences = re.compile(r"^\s*```\s*$", re.MULTILINE)
    assert _letters(fences.sub("", "\n".join(cut))) == _letters(fences.sub("", text))


@example("<<<<\n\n\n\n<<<\n<<<<<<<\n<<<<<<<\n[a b](https://x.y/z)\n[[[\n```py\n\n<", 60)
@given(LINES, st.integers(60, 200))
def test_a_page_ends_no_code_of_another(text: str, limit: int) -> None:
    cut = pages(text, limit)

    assert all(_fences(page) % 2 == 0 for page in cut[:-1])
    assert all(_fences(page) % 2 == _fences(text.strip()) % 2 for page in cut[-1:])


def test_no_page_is_cut_within_an_entity_or_a_link() -> None:
    text = "x" * 70 + "&amp;" + "y" * 20 + " <https://a.b/c|some words that are long> end"

    assert all(page.count("<") == page.count(">") for page in pages(text, 80))
    assert not any(page.endswith(("&", "&a", "&am", "&amp")) for page in pages(text, 76))


@given(st.lists(st.text("ab"), max_size=4), st.lists(st.text("ab"), max_size=4))
def test_edits_bring_what_is_shown_to_what_is_wanted(shown: list[str], wanted: list[str]) -> None:
    state, steps = tuple(shown), 0
    while (edit := next_edit(state, wanted)) is not None:
        state, steps = edited(state, edit), steps + 1

    assert state == tuple(wanted)
    assert steps <= max(len(shown), len(wanted))


def draft(*events: RunEvent) -> Draft:
    result = Draft()
    for event in events:
        result = result.feed(event)
    return result


def called(summary: str) -> ToolCalled:
    return ToolCalled(call_id="c", name="Look", summary=summary, content={})


def done(text: str) -> Done:
    return Done(TextMessage(text), Usage())


def test_before_the_first_word_it_is_said_that_the_agent_thinks() -> None:
    assert draft(TurnBegan((None,))).pages() == ("_thinking …_",)


def test_what_it_does_stands_below_what_it_says() -> None:
    seen = draft(Text("I look."), Responded(Usage()), called("Read a_b.txt"))

    assert seen.pages() == ("I look.\n\n_Read a b.txt …_",)


def test_each_response_is_a_paragraph_and_the_answer_the_last() -> None:
    seen = draft(
        Text("I "), Text("look."), Responded(Usage()), called("x"), Text("It is "), done("It is a.")
    )

    assert seen.pages() == ("I look.\n\nIt is a.",)
    assert seen.has_ended


def test_an_answer_of_which_the_beginning_was_lost_is_whole_in_the_end() -> None:
    assert draft(Text("the end"), done("begins, and the end")).pages() == ("begins, and the end",)


def test_a_turn_without_a_word_shows_nothing_in_the_end() -> None:
    assert draft(TurnBegan(), Thinking("hm"), done("")).pages() == ()


def test_trouble_is_told_in_a_line() -> None:
    told = draft(Text("I"), Notice("a\nb"), Failed("the <model> failed"))

    assert told.pages() == ("I\n\n⚠️ a b\n\n❌ the &lt;model&gt; failed",)


def test_a_retry_is_shown_while_it_waits_and_then_gone() -> None:
    waiting = draft(Retrying(content="busy", attempt=2, delay_s=4))

    assert waiting.pages() == ("_trying again in 4 s: busy …_",)
    assert waiting.feed(Text("here")).pages() == ("here",)


def test_what_is_interrupted_keeps_what_was_said() -> None:
    assert draft(Text("I beg"), Interrupted()).pages() == ("I beg\n\n⏹️ interrupted",)


def _letters(text: str) -> str:
    return "".join(text.split())


def _fences(text: str) -> int:
    return sum(line.strip() == "```" for line in text.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        *(piece * 10_000 for piece in ("**a ", "__a ", "~~a ", "*a ", "[a](", "`a", "<@U")),
        f"# {' ' * 40_000}x",
        f"x{'`' * 40_000}x",
    ],
)
def test_a_line_of_whatever_is_read_in_no_time(text: str) -> None:
    began = time.process_time()

    to_mrkdwn(text)

    assert time.process_time() - began < 2
