"""What stands on the screen, without one."""

from decimal import Decimal
from pathlib import Path

import pytest
import trio
import trio.testing
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from sagent.agent import (
    AgentStatus,
    ChildEvent,
    Notice,
    RunEvent,
    Text,
    Thinking,
    ToolCalled,
    ToolProgressed,
    ToolReturned,
)
from sagent.errors import UsageError
from sagent.message import TextMessage, error_message
from sagent.model import Usage
from sagent.repl._arrivals import MOST_WAITING, Arrivals, Arrived
from sagent.repl._command import COMMANDS, help_text, read_order
from sagent.repl._completion import ReplCompleter, best, files_below
from sagent.repl._figures import duration
from sagent.repl._menu import Menu
from sagent.repl._paint import MOST_DIFF_LINES, Painter
from sagent.repl._plain_screen import PlainScreen
from sagent.repl._printed import Diff, Printed, Prose, Remark, Said, Verbatim
from sagent.repl._screen import Gesture
from sagent.repl._screen_answerer import answer_in
from sagent.repl._status_line import Standing, status_line
from sagent.repl._telling import Telling
from sagent.repl.conversation import ScreenAnswerer
from sagent.tool import Answer, Choice, Question
from sagent.tools._mention import Mention, mentions_in

COLOURS = Painter({"TERM": "xterm-256color"})
PLAIN = Painter({"TERM": "dumb"})
WHICH = Question(text="Which?", choices=[Choice("red"), Choice("green"), Choice("blue")])
CALL = {"call_id": "c1", "name": "Bash"}


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (Prose(text="**bold** `code`"), "bold code\n"),
        (Prose(text="- item", indent=4), "     • item\n"),
        (Prose(text="3. third", gap=True), "\n 3 third\n"),
        (Remark("a\x1b[31m very long line"), "a[31m very lo…\n"),
        (Said("one\ntwo"), "\n> one\n  two\n"),
        (Verbatim("[bold]x[/bold] :smile:"), "[bold]x[/bold] :smile:\n"),
        (Diff("--- a\n+++ a\n@@ -1 +1 @@\n-old\n+new"), "    @@ -1 +1 @@\n    -old\n    +new\n"),
    ],
)
def test_what_is_printed_fits_the_terminal_and_is_harmless(printed: Printed, shown: str) -> None:
    assert PLAIN.paint([printed], 14) == shown.replace("    @@ -1 +1 @@", "    @@ -1 +1 …")


def test_the_words_that_differ_stand_out() -> None:
    painted = COLOURS.paint([Diff("-one old line\n+one new line")], 80)

    assert "\x1b[1;7;38;5;160mold\x1b[0m" in painted
    assert "\x1b[1;7;38;5;28mnew\x1b[0m" in painted


def test_a_long_diff_is_cut_and_says_so() -> None:
    painted = PLAIN.paint([Diff("\n".join(f"+{n}" for n in range(1000)))], 80)

    assert painted.count("\n") == MOST_DIFF_LINES + 1
    assert "the diff goes on" in painted


def test_of_a_change_of_many_lines_the_words_are_not_compared() -> None:
    old, new = ("\n".join(f"{sign}{n} {'a b ' * 30}" for n in range(20_000)) for sign in "-+")

    painted = COLOURS.paint([Diff(f"{old}\n{new}")], 80)

    assert painted.count("\n") == MOST_DIFF_LINES + 1
    assert "\x1b[1;7" not in painted


def test_a_menu_is_walked_through_and_ticked() -> None:
    several = Question(text="Which?", choices=WHICH.choices, multiple=True)

    menu = Menu(several).moved(-1).toggled().moved(1).toggled().moved(1)

    assert menu.chosen == ("red", "blue")
    assert Menu(WHICH).moved(4).chosen == ("green",)
    assert "[x] red" in "\n".join(row for row, _ in menu.rows())


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("2", Answer(chosen=["green"])),
        ("3, 1", Answer(chosen=["blue", "red"])),
        ("4", Answer(other="4")),
        ("9" * 5_000, Answer(other="9" * 5_000)),
        ("mauve ", Answer(other="mauve")),
    ],
)
def test_an_answer_is_a_number_or_own_words(typed: str, answer: Answer) -> None:
    assert answer_in(typed, WHICH) == answer


async def test_questions_are_put_one_after_the_other() -> None:
    answerer = ScreenAnswerer()
    answers = dict[str, Answer]()

    async def ask(text: str) -> None:
        answers[text] = await answerer.answer(Question(text=text))

    async with trio.open_nursery() as nursery:
        for text in ("a", "b"):
            nursery.start_soon(ask, text)
        for _ in range(2):
            await trio.testing.wait_all_tasks_blocked()
            assert answerer.question is not None
            answerer.give(Answer(other=answerer.question.text))

    assert answers == {"a": Answer(other="a"), "b": Answer(other="b")}
    assert answerer.question is None


def test_a_choice_that_is_none_is_refused() -> None:
    answerer = ScreenAnswerer()
    answerer.question = WHICH

    with pytest.raises(UsageError, match="none of the choices"):
        answerer.give(Answer(chosen=["mauve"]))


@pytest.mark.parametrize(
    ("events", "printed", "live"),
    [
        ([Text("One.\n\nTw")], ["One."], ["Tw"]),
        ([Thinking("Hm.\nWell")], [], ["∴ Well"]),
        ([Thinking("Hm."), Text("So")], ["∴ thought, 1 words: /thinking shows them"], ["So"]),
        ([ToolCalled(**CALL, summary="Bash ls", content={})], [], ["  ⚙ Bash ls"]),
        (
            [
                ToolCalled(**CALL, summary="Bash ls", content={}),
                ToolProgressed(**CALL, content="a\nb\n"),
            ],
            [],
            ["  ⚙ Bash ls ▸ b"],
        ),
        (
            [
                ToolCalled(**CALL, summary="Bash ls", content={}),
                ToolReturned(**CALL, message=TextMessage("a\nb")),
            ],
            ["  ● Bash ls → 2 lines"],
            [],
        ),
        (
            [ToolReturned(**CALL, message=error_message("no\nway"))],
            ["  ✗ Bash", "    no", "    way"],
            [],
        ),
        ([ChildEvent(path="/Agent/kid", event=Notice("hm"))], ["    [kid] ! hm"], []),
    ],
)
def test_what_happens_is_printed_once_it_is_whole(
    events: list[RunEvent], printed: list[str], live: list[str]
) -> None:
    telling = Telling()

    told = [one for event in events for one in telling.feed(event, 0)]

    assert [one.text for one in told] == printed
    assert [one.text for one in telling.live(0)] == live


STATUS = AgentStatus(
    name="Agent",
    title="at\x1b[31m it",
    task="",
    phase="working",
    model_id="m",
    messages=3,
    context_tokens=32_000,
    context_window=128_000,
    usage=Usage(),
    cost_usd=Decimal("0.123"),
    unpriced_calls=0,
    tasks=(),
)


def test_the_status_line_tells_what_matters_in_one_line() -> None:
    line = status_line(Standing(status=STATUS, phase="working", busy_s=75, agents=3, queued=1))

    assert line[1:] == (
        " working 1 min 15 s · m · 25% of 128k · $0.12 · 1 queued · 3 agents"
        " · Esc interrupts · at[31m it"
    )


def test_who_is_asked_is_told_so() -> None:
    line = status_line(Standing(status=STATUS, phase="working", busy_s=75, asks=True))

    assert line.startswith("? waits for your answer · m")


def test_what_failed_is_broken_between_words() -> None:
    told = PLAIN.paint([Verbatim("  ✗ the model m does not exist", "error")], 20)

    assert told == "  ✗ the model m does\nnot exist\n"


def test_durations_are_in_two_units() -> None:
    assert [duration(s) for s in (5.9, 61, 3700)] == ["5s", "1 min 1 s", "1 hr 1 min"]


def test_a_command_is_told_with_its_rest() -> None:
    order = read_order("/compact  keep the names ")

    assert order is not None
    assert (order.command.name, order.rest) == ("compact", "keep the names")


@pytest.mark.parametrize(("line", "name"), [("/exit", "quit"), ("/?", "help")])
def test_some_commands_have_another_name(line: str, name: str) -> None:
    order = read_order(line)

    assert order is not None
    assert order.command.name == name


def test_what_is_no_command_of_sagents_own_may_be_one_of_a_file() -> None:
    assert read_order("/resme") is None


def test_help_has_all_commands() -> None:
    assert all(f"/{command.name}" in help_text() for command in COMMANDS)


def test_files_are_those_that_git_would_track_and_the_likeliest_come_first(tmp_path: Path) -> None:
    for name in (".git/config", "src/main.py", "main.py", "build/main.py", "domain.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".gitignore").write_text("build/\n")

    found = best(files_below(tmp_path), "main")

    assert found == ["main.py", "src/main.py", "domain.txt"]


@pytest.mark.parametrize("typed", ["look @two", 'look @"two wo'])
def test_a_file_of_several_words_is_completed_as_it_is_meant(typed: str, tmp_path: Path) -> None:
    (tmp_path / "two words.txt").touch()
    completer = ReplCompleter(tmp_path)

    (offered,) = completer.get_completions(Document(typed), CompleteEvent())

    written = typed[: offered.start_position] + offered.text
    assert mentions_in(written) == ((Mention("two words.txt"),),)
    assert offered.display_text == "two words.txt"


def test_a_notice_is_told_to_its_end() -> None:
    notice = Notice(f"not saved yet: /home/{'x' * 60}/session.jsonl: No space left on device")

    shown = PLAIN.paint(Telling().feed(notice, 0), 40)

    assert "No space left on device" in " ".join(shown.split())


def test_what_a_terminal_is_too_slow_for_is_left_out_and_counted() -> None:
    arrivals = Arrivals()

    for number in range(MOST_WAITING + 7):
        arrivals.put(Remark(str(number)))
    arrived, after = arrivals.take(), arrivals.take()

    assert [one.text for one in arrived.printed[:2]] == [
        "  ! 7 lines were too fast to be shown",
        "7",
    ]
    assert after == Arrived()


async def test_what_a_plain_terminal_is_too_slow_for_is_counted_too() -> None:
    texts, waiting = trio.open_memory_channel[str](1)
    gestures = trio.open_memory_channel[Gesture](0)[1]
    screen = PlainScreen(gestures, texts)

    for number in range(3):
        screen.print(Verbatim(f"{number}"))
    first = waiting.receive_nowait()
    screen.print(Verbatim("last"))

    assert first == "0\n"
    assert waiting.receive_nowait() == "\n! 2 texts were too fast to be shown\nlast\n"
