"""What a recap brings along."""

import pytest
from conversations import BROKEN, calling, result, said, user
from hypothesis import example, given
from hypothesis import strategies as st

from sagent.compaction import ContextLimits, FileText, Meter, SkillText, attach, recent_files
from sagent.lib.json import JSON
from sagent.message import Message, error_message

LIMITS = ContextLimits.of(40_000, None)


def touched(*calls: tuple[str, JSON, str | Message]) -> list[Message]:
    messages: list[Message] = [user()]
    for number, (name, arguments, told) in enumerate(calls):
        call = calling(f"call_{number}", name, arguments)
        messages += [said(call), result(call, told)]
    return messages


def test_the_files_touched_last_come_first_and_each_once() -> None:
    messages = touched(
        ("Read", {"file_path": "a"}, "1"),
        ("Edit", {"file_path": "b"}, "ok"),
        ("Write", {"file_path": "c"}, "ok"),
        ("MultiEdit", {"file_path": "d"}, "ok"),
        ("Read", {"file_path": "a", "offset": 9}, "9"),
    )

    assert recent_files(messages) == ("a", "d", "c", "b")
    assert recent_files(messages, limit=2) == ("a", "d")
    assert recent_files(messages, limit=0) == ()


def test_only_calls_count_that_touched_a_file() -> None:
    messages = touched(
        ("Read", {"file_path": "gone"}, error_message("no such file")),
        ("Grep", {"file_path": "elsewhere"}, "1"),
        ("Read", {"file_path": 1}, "odd"),
        ("Read", {}, "odd"),
        ("Read", {"file_path": "a"}, "1"),
    )

    assert recent_files([*messages, said(BROKEN), result(BROKEN, "?")]) == ("a",)
    assert recent_files([user(), said(calling("call_1"))]) == ()


def test_a_file_is_shown_as_it_is_now_in_a_fence_that_it_cannot_close() -> None:
    (part,) = attach([FileText("a.md", "one\n````\ntwo")], [], limits=LIMITS)

    assert part.content == "The file a.md, as it is now:\n`````\none\n````\ntwo\n`````"


def test_skills_come_first() -> None:
    parts = attach([FileText("a", "1")], [SkillText("review", "Look twice.")], limits=LIMITS)

    assert [part.content.partition(":")[0] for part in parts] == [
        "The skill review, which is in use",
        "The file a, as it is now",
    ]


def test_a_long_file_is_cut_to_a_fortieth_of_the_window_and_says_so() -> None:
    (part,) = attach([FileText("a", "x" * 10_000)], [], limits=LIMITS)

    assert len(part.content) == pytest.approx(4_000, rel=0.1)
    assert "the first" in part.content
    assert "of 10000 characters" in part.content


def test_what_does_not_fit_with_the_others_is_named() -> None:
    files = [FileText(f"{number}", "x" * 4_000) for number in range(13)]

    parts = attach(files, [], limits=LIMITS)

    assert parts[-1].content.endswith("4000 characters, not shown for want of room.")
    assert len(parts) == 13


@given(
    st.integers(2_000, 1_000_000),
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=40), st.integers(0, 9_000))),
)
@example(3_200, [("", "`", 92)])
def test_attachments_stay_within_their_share(
    window: int, named: list[tuple[str, str, int]]
) -> None:
    limits = ContextLimits.of(window, None)
    files = [FileText(path, text * times) for path, text, times in named]

    parts = attach(files, [], limits=limits)

    shown = [part for part in parts if not part.content.endswith("for want of room.")]
    assert Meter.of().measure(shown) <= window // 4
    assert all(Meter.of().measure([part]) <= window // 40 for part in shown)
