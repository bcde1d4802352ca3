"""What happens to agents and actors, in lines for a log."""

import logging
from collections.abc import Mapping
from typing import assert_never

import attrs

from sagent.actors import (
    DeadLetter,
    Event,
    Exited,
    GaveUp,
    LateReply,
    Overflow,
    Restarting,
    Spawned,
    Started,
)
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

_NS_PER_S = 1_000_000_000


@attrs.frozen
class Line:
    """One thing that has happened.

    Attributes:
        level: how much it matters, as `logging` counts.
        text: what it was; nothing that was said is in it.
    """

    level: int
    text: str


_ALWAYS_ALIKE: Mapping[type[RunEvent], Line] = {
    TurnBegan: Line(logging.DEBUG, "begins to answer"),
    Done: Line(logging.INFO, "has answered"),
    Interrupted: Line(logging.WARNING, "was interrupted"),
    UserAsked: Line(logging.INFO, "asks its user, and waits"),
    QuestionClosed: Line(logging.INFO, "waits for its user no more"),
}


@attrs.define(eq=False)
class LogLines:
    """Puts the events of agents into words, and remembers when what they end has begun."""

    _began_ns: dict[tuple[str, str], int] = attrs.field(
        factory=dict[tuple[str, str], int], init=False
    )

    def of_agent(self, path: str, event: RunEvent, now_ns: int) -> Line | None:
        """Tell what has happened to the agent at *path*; None for what is no news for a log."""
        line: Line | None
        match event:
            case ModelAsked(model_id=model):
                self._began_ns[path, ""] = now_ns
                line = Line(logging.DEBUG, f"asks {model}")
            case Responded():
                line = Line(logging.INFO, _spending(event) + self._took(path, "", now_ns))
            case Retrying(content=why, attempt=attempt, delay_s=delay_s):
                told = f"asks again in {delay_s:.1f} s, attempt {attempt}: {why}"
                line = Line(logging.WARNING, told)
            case ToolCalled(call_id=call, name=name):
                self._began_ns[path, call] = now_ns
                line = Line(logging.INFO, f"calls {name} ({call})")
            case ToolReturned(call_id=call, name=name):
                took = self._took(path, call, now_ns)
                line = (
                    Line(logging.WARNING, f"{name} ({call}) failed{took}")
                    if event.is_error
                    else Line(logging.INFO, f"{name} ({call}) is done{took}")
                )
            case _:
                line = _of_turn(event)
        return line

    def end(self, path: str) -> None:
        """Forget what the agent at *path* was at."""
        self._began_ns = {key: ns for key, ns in self._began_ns.items() if key[0] != path}

    def _took(self, path: str, what: str, now_ns: int) -> str:
        began_ns = self._began_ns.pop((path, what), None)
        return "" if began_ns is None else f", after {(now_ns - began_ns) / _NS_PER_S:.2f} s"


def _of_turn(
    event: TurnBegan
    | Done
    | Failed
    | Interrupted
    | Compacted
    | Notice
    | ToolDetached
    | UserAsked
    | QuestionClosed
    | Titled
    | Planned
    | Text
    | Thinking
    | ToolProgressed
    | ChildEvent,
) -> Line | None:
    line: Line | None
    match event:
        case TurnBegan() | Done() | Interrupted() | UserAsked() | QuestionClosed():
            line = _ALWAYS_ALIKE[type(event)]
        case Failed(content=why):
            line = Line(logging.ERROR, f"has failed: {why}")
        case Compacted(tokens_before=before, tokens_after=after):
            line = Line(logging.INFO, f"its history is a recap now: {before} tokens, then {after}")
        case Notice(content=what):
            line = Line(logging.WARNING, what)
        case ToolDetached(content=what):
            line = Line(logging.INFO, what)
        case Titled() | Planned() | Text() | Thinking() | ToolProgressed() | ChildEvent():
            line = None
        case _:
            assert_never(event)
    return line


def _spending(event: Responded) -> str:
    usage = event.usage
    cost = "" if event.cost_usd is None else f", ${event.cost_usd:f}"
    return (
        f"has a response: {usage.input_tokens} tokens in ({usage.cached_tokens} cached), "
        f"{usage.output_tokens} out{cost}"
    )


def of_system(event: Event) -> tuple[str, Line]:
    """Tell what has happened to an actor, and to which; a crash is logged where it happens."""
    match event:
        case Spawned(path=path):
            line = Line(logging.DEBUG, "is spawned")
        case Started(path=path):
            line = Line(logging.DEBUG, "has started")
        case Exited(path=path, exit=exit_):
            line = Line(logging.DEBUG, f"has ended: {exit_.reason}")
        case DeadLetter(to=path, message=message, reason=reason):
            level = logging.WARNING if reason in {"crashed", "overflow"} else logging.DEBUG
            line = Line(level, f"nobody handles a {type(message).__name__} ({reason})")
        case LateReply(path=path, message=message):
            line = Line(logging.DEBUG, f"answers a {type(message).__name__} too late")
        case Overflow(path=path, capacity=capacity, dropped=dropped):
            told = f"its inbox of {capacity} is full: {dropped} messages are lost"
            line = Line(logging.WARNING, told)
        case Restarting(path=path, delay_s=delay_s, restarts=restarts):
            told = f"is restarted in {delay_s:.1f} s, for the time number {restarts}"
            line = Line(logging.WARNING, told)
        case GaveUp(path=path, child=child, intensity=intensity, period_s=period_s):
            told = f"gives up: {child} was one end too many of {intensity} in {period_s:g} s"
            line = Line(logging.ERROR, told)
        case _:
            assert_never(event)
    return path, line
