"""What a person at a terminal sees and is asked."""

import io
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sessions import said

from sagent.agent import (
    Compacted,
    Interrupted,
    Notice,
    Planned,
    QuestionClosed,
    Retrying,
    RunEvent,
    Titled,
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
    UserAsked,
)
from sagent.cli._session_picker import MAX_ROWS, pick
from sagent.cli._session_removal import confirm
from sagent.cli._session_rows import rows
from sagent.cli._terminal_watcher import TerminalWatcher
from sagent.errors import SessionError, UsageError
from sagent.home import Home
from sagent.message import error_message
from sagent.session import MessageRecord, SessionInfo, create_session
from sagent.tool import Answer, Choice, PlanItem, Question


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@contextmanager
def at_terminal(typed: str = "") -> Generator[Terminal]:
    """Let the block sit at a terminal where *typed* is typed; gives what that shows."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "stdin", Terminal(typed))
        patched.setattr(sys, "stderr", Terminal())
        assert isinstance(sys.stderr, Terminal)
        yield sys.stderr


def listed(count: int) -> list[SessionInfo]:
    return [
        SessionInfo(id=f"s{n}", directory=Path(f"s{n}"), first_prompt=f"prompt \x1b[31m{n}")
        for n in range(count)
    ]


def test_a_line_of_a_list_is_no_longer_than_the_terminal_is_wide() -> None:
    assert {len(row) for row in rows(listed(2), 30)} == {30}


@pytest.mark.parametrize(
    ("typed", "chosen"), [("\n", "s0"), ("2\n", "s1"), (" 3 \n", "s2"), ("9\nx\n0\n2\n", "s1")]
)
def test_a_session_is_chosen_by_its_number_and_the_newest_by_none(typed: str, chosen: str) -> None:
    with at_terminal(typed) as screen:
        session = pick(listed(3))

    assert session.id == chosen
    assert "[ 3]" in screen.getvalue()
    assert "\x1b" not in screen.getvalue()


def test_a_long_list_is_cut_and_says_so() -> None:
    with at_terminal("1\n") as screen:
        pick(listed(MAX_ROWS + 2))

    assert "and 2 more: sagent sessions list" in screen.getvalue()


def test_nothing_is_chosen_without_a_word() -> None:
    with at_terminal(), pytest.raises(UsageError, match="no session was chosen"):
        pick(listed(1))


def test_nothing_can_be_chosen_of_nothing() -> None:
    with at_terminal(), pytest.raises(SessionError, match="no session to resume"):
        pick([])


@pytest.mark.parametrize(
    ("typed", "goes"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False), ("n\n", False)]
)
def test_sessions_are_removed_only_after_a_yes(typed: str, goes: bool, home: Path) -> None:
    with create_session(Home(home), cwd=home) as session:
        session.append(MessageRecord(said("how many legs")))

    with at_terminal(typed) as screen:
        confirmed = confirm([session.directory])

    assert confirmed == goes
    assert "1 messages · how many legs" in screen.getvalue()


WHICH = Question(text="Which\none?", choices=[Choice("a"), Choice("b")])
CALL = {"call_id": "c1", "name": "Bash"}


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ToolCalled(**CALL, summary="Bash(ls)", content={}), "  Bash(ls)"),
        (ToolDetached(**CALL), "… Bash runs in the background as c1"),
        (ToolReturned(**CALL, message=error_message("no\nway")), "✗ no"),
        (Retrying(content="busy", attempt=2, delay_s=3.2), "⟳ in 3 s: busy"),
        (Retrying(content="busy", attempt=2, delay_s=0.4), "⟳ in 1 s: busy"),
        (Notice("the window is\nnot known"), "! the window is not known"),
        (Titled("at\x1b[31m it"), "# at[31m it"),
        (UserAsked(WHICH), "? Which one?"),
        (UserAsked(WHICH), "· b"),
        (QuestionClosed(WHICH, Answer(chosen=["a"], other="c")), "→ a, c"),
        (QuestionClosed(WHICH, Answer()), "→ passed over"),
        (QuestionClosed(WHICH, None), "→ withdrawn"),
        (Planned((PlanItem(content="a\x1b[31m b"),)), "· a[31m b"),
        (Compacted(content="...", tokens_before=12_000, tokens_after=900), "12,000 tokens to 900"),
        (Interrupted(), "✗ interrupted"),
    ],
)
def test_what_happens_in_a_run_is_a_line_for_people(
    event: RunEvent, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")

    with at_terminal() as screen, TerminalWatcher() as watcher:
        watcher.show(event)

    assert line in screen.getvalue()


def test_what_a_tool_has_to_show_stands_beside_the_spinner_and_is_harmless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")

    with at_terminal() as screen, TerminalWatcher() as watcher:
        watcher.show(ToolProgressed(**CALL, content="first\n[bold]last\x07 line"))

    shown = screen.getvalue()
    assert "Bash: [bold]last line" in shown
    assert "\x07" not in shown
