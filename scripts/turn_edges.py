"""What a turn asks for after each event, found by feeding it every kind of event."""

from collections.abc import Iterator, Mapping

import attrs

from sagent.agent._step import (
    Answered,
    Cleared,
    Detached,
    Event,
    Interrupted,
    Prompted,
    ToolFinished,
)
from sagent.agent._turn import Turn
from sagent.message import Descriptor, Message, MultipartMessage, TextMessage, tool_call_message
from sagent.model import ModelResponse, StopReason

_DEPTH = 5
"""As many events in a row show every edge: a turn with two calls takes four."""


@attrs.frozen(order=True)
class Edge:
    """A step of a turn.

    Attributes:
        before: what was to be done before.
        event: what happened, in words.
        after: what is to be done then.
    """

    before: str
    event: str
    after: str


def edges() -> tuple[Edge, ...]:
    """Give each edge once, in order."""
    return tuple(sorted(set(_walk(Turn(max_rounds=3), "Drain", _DEPTH))))


def _walk(turn: Turn, before: str, depth: int) -> Iterator[Edge]:
    if depth == 0:
        return
    for words, event in _events(turn, before).items():
        after_turn, step = turn.feed(event)
        after = type(step.action).__name__
        yield Edge(before, words, after)
        if after == "Stay":
            yield from _walk(after_turn, before, depth - 1)
        elif after not in ("Finish", "Fail"):
            yield from _walk(after_turn, after, depth - 1)


def _events(turn: Turn, before: str) -> Mapping[str, Event]:
    """Give what can happen while *before* is done, in words."""
    message = (TextMessage("more", Descriptor.USER),)
    match before:
        case "Drain":
            return {"messages": Prompted(message), "cleared": Cleared(message)}
        case "AskModel":
            return {
                "calls": _answer(_call("a"), _call("b")),
                "answer": _answer(TextMessage("done")),
                "cut off": _answer(TextMessage("do"), stop=StopReason.MAX_TOKENS),
                "refused": _answer(TextMessage("no"), stop=StopReason.REFUSAL),
                "interrupt": Interrupted("do"),
            }
        case _:
            calls = turn.open_calls
            happened: dict[str, Event] = {"interrupt": Interrupted()}
            if calls:
                last = "the last result" if len(calls) == 1 else "a result"
                happened[last] = ToolFinished(calls[0], TextMessage("fine"))
                happened["a user waits"] = Detached(calls)
            return happened


def _call(name: str) -> MultipartMessage:
    return tool_call_message(name, {}, call_id=name)


def _answer(*parts: Message, stop: StopReason = StopReason.FINISHED) -> Answered:
    content = MultipartMessage(parts, Descriptor.MODEL)
    return Answered(ModelResponse(content=content, stop_reason=stop))


if __name__ == "__main__":
    for edge in edges():
        print(edge)
