"""What happens to an agent, as a person reads it above the prompt and below it."""

from decimal import Decimal

import pytest
import trio

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
from sagent.message import TextMessage, error_message
from sagent.model import Usage
from sagent.repl._arrivals import MOST_WAITING, Arrivals, Arrived
from sagent.repl._figures import duration
from sagent.repl._paint import Painter
from sagent.repl._plain_screen import PlainScreen
from sagent.repl._printed import Remark, Verbatim
from sagent.repl._screen import Gesture
from sagent.repl._status_line import Standing, status_line
from sagent.repl._telling import Telling

PLAIN = Painter({"TERM": "dumb"})

CALL = {"call_id": "c1", "name": "Bash"}


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


def test_durations_are_in_two_units() -> None:
    assert [duration(s) for s in (5.9, 61, 3700)] == ["5s", "1 min 1 s", "1 hr 1 min"]


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
