"""Machine output is machine output: all that a run tells can be written as JSON."""

import json
from decimal import Decimal
from typing import get_args

import pytest

from sagent.agent import (
    ChildEvent,
    Compacted,
    Done,
    Failed,
    Interrupted,
    ModelAsked,
    Notice,
    OwnEvent,
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
from sagent.lib.json import json_dumps
from sagent.message import BytesMessage, JsonMessage, MultipartMessage, TextMessage, error_message
from sagent.model import Usage
from sagent.tool import Answer, Choice, PlanItem, Question

ODD = "\ud83d \u2028 \x00 <b>"
QUESTION = Question(text=ODD, choices=[Choice(ODD, ODD), Choice("b")], agent=ODD)
EVENTS: list[RunEvent] = [
    Text(ODD),
    Thinking(ODD),
    ToolCalled(call_id="c", name="Look", summary=ODD, content={"a": [1, None, {"b": ODD}]}),
    ToolCalled(call_id="c", name="Look", summary=ODD, content='{"cut": '),
    ToolProgressed(call_id="c", name="Look", content=ODD),
    ToolDetached(call_id="c", name="Look"),
    ToolReturned(call_id="c", name="Look", message=error_message(ODD)),
    ToolReturned(
        call_id="c",
        name="Look",
        message=MultipartMessage((TextMessage(ODD), BytesMessage(b"\xff"), JsonMessage({"a": 1}))),
    ),
    Retrying(content=ODD, attempt=2, delay_s=0.5),
    Notice(ODD),
    Titled(ODD),
    UserAsked(QUESTION),
    QuestionClosed(QUESTION, Answer(chosen=[ODD], other=ODD)),
    QuestionClosed(QUESTION, None),
    Planned((PlanItem(content=ODD, active_form=ODD, id=ODD),)),
    Compacted(content=ODD, tokens_before=9, tokens_after=1),
    Interrupted(),
    TurnBegan((None, ODD)),
    ModelAsked(ODD),
    Failed(ODD),
    TurnBegan((None, f"/{ODD}")),
    ModelAsked(ODD),
    Responded(Usage(input_tokens=1), Decimal("0.000001")),
    Responded(Usage()),
    Done(TextMessage(ODD), Usage(), Decimal("1E-7")),
    Done(JsonMessage({"a": [1.5, {"b": None}]}), Usage()),
    ChildEvent(path="/Agent/scout", event=Responded(Usage(), Decimal("1E-7"))),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_invariant_10_what_an_event_says_is_written_as_json_and_names_no_class(
    event: RunEvent,
) -> None:
    written = json_dumps({"descriptor": event.descriptor, "content": event.content})

    assert written.isascii() or "\n" not in written
    assert json.loads(written)["descriptor"] == event.descriptor
    assert not any(name in written for name in ("Decimal(", "mappingproxy(", "Message(", "<sagent"))


def test_invariant_10_every_kind_of_event_is_held_to_it() -> None:
    assert {type(event) for event in EVENTS} == {*get_args(OwnEvent.__value__), ChildEvent}
