"""What is told of the calls of tools, and of what agents below tell."""

from collections.abc import Sequence

import pytest

from sagent.agent import (
    ChildEvent,
    Done,
    Interrupted,
    Notice,
    OwnEvent,
    QuestionClosed,
    RunEvent,
    Text,
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
    UserAsked,
)
from sagent.message import TextMessage, error_message
from sagent.model import Usage
from sagent.repl._calls import MOST_CALLS, MOST_RESULTS, Calls
from sagent.repl._following import Steps
from sagent.repl._printed import Printed, Remark
from sagent.repl._telling import Telling
from sagent.tool import Answer, Choice, Question


def called(number: int = 1, name: str = "Bash") -> ToolCalled:
    return ToolCalled(call_id=f"c{number}", name=name, summary=f"{name} {number}", content={})


def returned(text: str, number: int = 1, name: str = "Bash") -> ToolReturned:
    return ToolReturned(call_id=f"c{number}", name=name, message=TextMessage(text))


def told_by(name: str, event: OwnEvent) -> ChildEvent:
    return ChildEvent(path=f"/Agent/{name}", event=event)


def texts(printed: tuple[Printed, ...] | list[Printed]) -> list[str]:
    return [one.text for one in printed]


def fed(telling: Telling, *events: RunEvent, now_s: float = 0) -> list[str]:
    return [text for event in events for text in texts(telling.feed(event, now_s))]


def test_a_call_that_takes_long_tells_for_how_long_and_what_it_showed_last() -> None:
    telling = Telling()
    fed(telling, called(), ToolProgressed(call_id="c1", name="Bash", content="one\ntwo\n"))

    assert texts(telling.live(1)) == ["  ⚙ Bash 1 ▸ two"]
    assert texts(telling.live(75)) == ["  ⚙ Bash 1 · 1 min 15 s ▸ two"]
    assert fed(telling, returned("fine"), now_s=75) == ["  ● Bash 1 → fine · 1 min 15 s"]


def test_of_many_calls_the_last_are_shown_and_the_number_of_the_others() -> None:
    telling = Telling()
    fed(telling, *(called(n) for n in range(10)))

    rows = texts(telling.live(0))

    assert rows[:2] == [f"  ⚙ {10 - MOST_CALLS} more", "  ⚙ Bash 6"]
    assert len(rows) == MOST_CALLS + 1


def test_the_last_results_are_kept_and_no_more() -> None:
    calls = Calls()

    for number in range(MOST_RESULTS + 5):
        calls.feed(returned(str(number)), 0)

    assert [result.content for result in calls.results][-1] == "24"
    assert len(calls.results) == MOST_RESULTS


def test_an_agents_call_is_told_once_by_the_agent_while_it_works_and_when_it_ends() -> None:
    telling = Telling()
    fed(telling, called(name="AgentSpawn"))
    before = texts(telling.live(0))

    fed(telling, told_by("kid", called(2)))
    meanwhile = texts(telling.live(0))
    ended = fed(telling, told_by("kid", Done(TextMessage("So."), Usage())), returned("So."))

    assert (before, meanwhile) == (["  ⚙ AgentSpawn 1"], [])
    assert ended == ["  kid done · 0s → So."]
    assert [result.content for result in telling.calls.results] == ["So."]


def test_what_is_so_for_many_agents_is_told_once() -> None:
    told = fed(Telling(), *(told_by(name, Notice("no window")) for name in ("a", "b", "c")))

    assert told == ["    [a] ! no window"]


def test_the_steps_of_an_agent_are_told_if_it_is_followed() -> None:
    steps = Steps("kid")

    told = [*steps.feed(called()), *steps.feed(returned("a\nb"))]

    assert texts(told) == ["    [kid] ● Bash 1", "    [kid] → 2 lines"]


def test_what_an_agent_says_that_is_followed_is_told_as_it_comes_and_once() -> None:
    steps = Steps("kid")

    pieces = [steps.feed(Text(words)) for words in ("One.\n", "\nT", "wo.")]
    end = steps.feed(Done(TextMessage("One.\n\nTwo."), Usage()))

    assert [texts(told) for told in pieces] == [[], ["    [kid] says", "One."], []]
    assert texts(end) == ["Two."]


def test_a_question_is_told_by_itself_and_its_answer_and_not_as_a_call() -> None:
    telling, question = Telling(), Question(text="Which?", choices=[Choice("a"), Choice("b")])

    asked = fed(telling, called(name="AskUser"), UserAsked(question))
    meanwhile = texts(telling.live(0))
    closed = fed(
        telling,
        QuestionClosed(question, Answer(chosen=["a"])),
        returned("The user chose: a", name="AskUser"),
    )

    assert (asked, meanwhile, closed) == (["  ? Which?"], [], ["    → a"])


def stopped(number: int) -> ToolReturned:
    return ToolReturned(call_id=f"c{number}", name="Bash", message=error_message("[cancelled]"))


def test_of_calls_that_an_interrupt_stops_each_is_told_once_by_what_it_was() -> None:
    told = fed(Telling(), called(1), called(2), Interrupted(), stopped(2), stopped(1))

    assert told == ["  ✗ Bash 1 · stopped", "  ✗ Bash 2 · stopped", "  ✗ interrupted"]


def detached(number: int = 1) -> ToolDetached:
    return ToolDetached(call_id=f"c{number}", name="Bash")


@pytest.mark.parametrize("events", [(called(), detached()), (detached(), called())])
def test_a_call_in_the_background_is_not_stopped_by_an_interrupt_and_told_when_it_ends(
    events: Sequence[RunEvent],
) -> None:
    telling = Telling()
    fed(telling, *events)
    meanwhile = texts(telling.live(0))

    interrupted = fed(telling, Interrupted())
    ended = fed(telling, returned("fine"))

    assert meanwhile == []
    assert interrupted == ["  ✗ interrupted"]
    assert ended == ["  ● Bash 1 → fine"]


def test_of_many_that_are_stopped_the_number_is_told() -> None:
    calls = range(MOST_CALLS + 8)

    told = fed(Telling(), *map(called, calls), Interrupted(), *map(stopped, calls))

    assert told[MOST_CALLS:] == ["  ✗ 8 more · stopped", "  ✗ interrupted"]


def test_what_came_of_a_call_before_it_could_be_stopped_is_told() -> None:
    told = fed(Telling(), called(), Interrupted(), returned("fine"))

    assert told[-1] == "  ● Bash 1 → fine"


def test_a_long_line_of_an_error_takes_one_row() -> None:
    telling = Telling()
    telling.feed(called(), 0)
    failed = ToolReturned(call_id="c1", name="Bash", message=error_message("x" * 100_000))

    told = telling.feed(failed, 0)

    assert all(isinstance(one, Remark) for one in told)


def test_agents_that_answer_the_same_are_each_told_once() -> None:
    telling = Telling()
    fed(telling, *(called(n, name="AgentSpawn") for n in (1, 2)))

    told = fed(
        telling,
        *(told_by(name, Done(TextMessage("So."), Usage())) for name in ("a", "b")),
        *(returned("So.", n) for n in (1, 2)),
    )

    assert told == ["  a done · 0s → So.", "  b done · 0s → So."]
