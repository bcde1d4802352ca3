from decimal import Decimal
from typing import assert_never

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
from sagent.lib.json import JsonValue, json_unfreeze
from sagent.model import Usage

type _Fields = dict[str, JsonValue]


def event_json(event: RunEvent) -> dict[str, JsonValue]:
    """Tell *event* to programs, as ``docs/headless.schema.json`` has it.

    It has its descriptor, its content, and what else is its own. What happened to an agent below is
    told in the same way, with that agent's path; money is a decimal number in a string.
    """
    head: _Fields = {"descriptor": str(event.descriptor)}
    if isinstance(event, ChildEvent):
        head["agent"], head["event"] = event.path, event_json(event.event)
        return head
    head["content"] = json_unfreeze(event.content)
    return head | _own(event)


def _own(event: RunEvent) -> _Fields:
    own: _Fields
    match event:
        case (
            Text() | Thinking() | Notice() | Titled() | Planned() | UserAsked() | QuestionClosed()
            | Interrupted() | TurnBegan() | ModelAsked() | Responded() | Failed() | ChildEvent()
        ):  # fmt: skip
            own = {}
        case ToolCalled():
            own = {"call_id": event.call_id, "name": event.name, "summary": event.summary}
        case ToolProgressed() | ToolDetached():
            own = {"call_id": event.call_id, "name": event.name}
        case ToolReturned():
            own = {"call_id": event.call_id, "name": event.name, "is_error": event.is_error}
        case Retrying():
            own = {"attempt": event.attempt, "delay_s": event.delay_s}
        case Compacted():
            own = {"tokens_before": event.tokens_before, "tokens_after": event.tokens_after}
        case Done():
            own = {"usage": _usage(event.usage), "cost_usd": _decimal(event.cost_usd)}
        case _:
            assert_never(event)
    return own


def _usage(usage: Usage) -> _Fields:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
    }


def _decimal(usd: Decimal | None) -> str | None:
    return None if usd is None else f"{usd:f}"
