"""The events of a run as standard output has them."""

import json
from collections.abc import Mapping
from decimal import Decimal

import pytest
from printed_schema import check_line

from sagent.agent import (
    ChildEvent,
    Compacted,
    Done,
    Failed,
    Interrupted,
    ModelAsked,
    Notice,
    Planned,
    QuestionClosed,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    Titled,
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
    TurnBegan,
    UserAsked,
)
from sagent.cli._printer import JsonPrinter, Printer, StreamJsonPrinter, TextPrinter
from sagent.control import event_json
from sagent.message import TextMessage
from sagent.model import Usage
from sagent.tool import Answer, Choice, PlanItem, Question

CALL = {"call_id": "c1", "name": "Bash"}
DONE = Done(TextMessage("42"), Usage(input_tokens=7), Decimal("1E-7"))
WHICH = Question(text="Which?", choices=[Choice("a", "A"), Choice("b")])
EVENTS: list[tuple[RunEvent, Mapping[str, object]]] = [
    (Text("a"), {"descriptor": "text/plain", "content": "a"}),
    (Thinking("a"), {"descriptor": "text/x-thinking", "content": "a"}),
    (
        ToolCalled(**CALL, summary="s", content={"command": "ls"}),
        CALL
        | {
            "descriptor": "multipart/x-tool-call",
            "summary": "s",
            "content": {"command": "ls"},
        },
    ),
    (
        ToolProgressed(**CALL, content="50 %"),
        CALL | {"descriptor": "text/x-tool-progress", "content": "50 %"},
    ),
    (
        ToolDetached(**CALL),
        CALL | {"descriptor": "text/x-status", "content": "Bash runs in the background as c1"},
    ),
    (
        ToolReturned(**CALL, message=TextMessage("a")),
        CALL | {"descriptor": "multipart/x-tool-result", "content": "a", "is_error": False},
    ),
    (
        Retrying(content="busy", attempt=2, delay_s=0.5),
        {"descriptor": "text/x-status", "content": "busy", "attempt": 2, "delay_s": 0.5},
    ),
    (Notice("n"), {"descriptor": "text/x-status", "content": "n"}),
    (Titled("t"), {"descriptor": "text/x-title", "content": "t"}),
    (
        Planned((PlanItem(content="a", status="in_progress", id="1"), PlanItem(content="b"))),
        {
            "descriptor": "application/x-plan",
            "content": [
                {"content": "a", "status": "in_progress", "id": "1"},
                {"content": "b", "status": "pending"},
            ],
        },
    ),
    (
        UserAsked(WHICH),
        {
            "descriptor": "application/x-question",
            "content": {
                "question": "Which?",
                "choices": [
                    {"label": "a", "description": "A"},
                    {"label": "b", "description": ""},
                ],
                "allow_other": True,
                "multiple": False,
            },
        },
    ),
    (
        QuestionClosed(WHICH, Answer(chosen=["a"])),
        {
            "descriptor": "application/x-answer",
            "content": {"question": "Which?", "answer": {"chosen": ["a"], "other": ""}},
        },
    ),
    (
        QuestionClosed(WHICH, None),
        {
            "descriptor": "application/x-answer",
            "content": {"question": "Which?", "answer": None},
        },
    ),
    (
        Compacted(content="r", tokens_before=9, tokens_after=3),
        {
            "descriptor": "text/x-recap",
            "content": "r",
            "tokens_before": 9,
            "tokens_after": 3,
        },
    ),
    (Interrupted(), {"descriptor": "text/x-interrupted", "content": "interrupted"}),
    (
        Responded(Usage(input_tokens=7), Decimal("0.1")),
        {
            "descriptor": "application/x-done",
            "content": {
                "input_tokens": 7,
                "output_tokens": 0,
                "cached_tokens": 0,
                "cost_usd": "0.1",
            },
        },
    ),
    (
        DONE,
        {
            "descriptor": "result",
            "content": "42",
            "usage": {"input_tokens": 7, "output_tokens": 0, "cached_tokens": 0},
            "cost_usd": "0.0000001",
            "session_id": "s1",
        },
    ),
]


@pytest.mark.parametrize(("event", "told"), EVENTS)
async def test_every_event_is_an_object_a_line(
    event: RunEvent, told: Mapping[str, object], capfd: pytest.CaptureFixture[str]
) -> None:
    await StreamJsonPrinter(session_id="s1").show(event)

    out = capfd.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == told
    check_line("event", told)


@pytest.mark.parametrize(
    "event",
    [TurnBegan((None, "/main")), ModelAsked("m"), Failed("no"), ChildEvent(path="/a", event=DONE)],
)
def test_what_those_who_watch_are_told_besides_fits_the_schema_too(event: RunEvent) -> None:
    check_line("event", event_json(event))


@pytest.mark.parametrize(
    ("printer", "told"),
    [
        (TextPrinter(), "42\n"),
        (
            JsonPrinter(),
            """{"content": "42", "usage": {"input_tokens": 7, "output_tokens": 0, \
"cached_tokens": 0}, "cost_usd": "0.0000001", "session_id": null}
""",
        ),
    ],
)
async def test_a_pipe_has_the_answer_alone(
    printer: Printer, told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for event, _ in EVENTS:
        await printer.show(event)

    assert capfd.readouterr().out == told
