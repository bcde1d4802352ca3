"""Spans out of events: which begins, which ends, and which is part of which."""

import logging
import os
from collections.abc import Callable, Mapping
from typing import assert_never

import attrs

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
from sagent.trace._attributes import (
    FIRST_CHUNK,
    of_answer,
    of_model,
    of_result,
    of_spending,
    of_tool,
    of_turn,
    with_more,
)
from sagent.trace._span import Contents, Span, SpanKind, SpanSink, Value

_log = logging.getLogger(__name__)

_SPAWNS = "AgentSpawn"
_NS_PER_S = 1_000_000_000
_OPERATIONS: Mapping[SpanKind, str] = {
    "turn": "invoke_agent",
    "model": "chat",
    "tool": "execute_tool",
}


@attrs.define(eq=False)
class _Work:
    """What an agent is at."""

    turn: Span | None = attrs.field(default=None, init=False)
    model: Span | None = attrs.field(default=None, init=False)
    tools: dict[str, Span] = attrs.field(factory=dict[str, Span], init=False)
    lost: int = attrs.field(default=0, init=False)
    """How many events of the turn, or from before it, were not seen."""


@attrs.define(eq=False)
class Spans:
    """Takes the events of agents in, and tells a sink of the spans that they make.

    Args:
        sink: where they go.
        contents: whether what was said is in them.
    """

    _sink: SpanSink
    _contents: Contents
    _work: dict[str, _Work] = attrs.field(factory=dict[str, _Work], init=False)
    _spawned: dict[str, str] = attrs.field(factory=dict[str, str], init=False)
    """Whom a call that starts an agent has started, by its span; one each."""

    def feed(self, path: str, event: RunEvent, now_ns: int) -> None:
        """Take in what has happened to the agent at *path*, at *now_ns* since the epoch."""
        work = self._work.setdefault(path, _Work())
        match event:
            case TurnBegan() | Interrupted() | Failed() | Done():
                self._feed_turn(path, work, event, now_ns)
            case ModelAsked() | Retrying() | Responded():
                self._feed_model(path, work, event, now_ns)
            case ToolCalled():
                work.tools[event.call_id] = self._call(
                    "tool",
                    event.name,
                    path,
                    attributes=of_tool(event, self._contents),
                    now_ns=now_ns,
                )
            case ToolReturned():
                if (span := work.tools.pop(event.call_id, None)) is not None:
                    self._spawned.pop(span.span_id, None)
                    more = of_result(event, self._contents)
                    self._end(span, now_ns, more, error="the tool failed" if event.is_error else "")
            case Text() | Thinking():
                if work.model is not None and FIRST_CHUNK not in work.model.attributes:
                    waited_s = (now_ns - work.model.start_ns) / _NS_PER_S
                    work.model = with_more(work.model, {FIRST_CHUNK: waited_s})
            case (
                ToolProgressed() | ToolDetached() | Notice() | Titled()
                | Planned() | UserAsked() | QuestionClosed() | Compacted() | ChildEvent()
            ):  # fmt: skip
                pass  # what happens to a child is told by the child
            case _:
                assert_never(event)

    def _feed_turn(
        self, path: str, work: _Work, event: TurnBegan | Interrupted | Failed | Done, now_ns: int
    ) -> None:
        match event:
            case TurnBegan(sources=sources):
                self._end_turn(work, now_ns, error="another turn began")
                work.turn = self._turn(path, sources, now_ns)
            case Interrupted():
                self._end_turn(work, now_ns, error="interrupted")
            case Failed(content=error):
                self._end_turn(work, now_ns, error=error)
            case Done():
                self._end_turn(work, now_ns, of_answer(event, self._contents))
            case _:
                assert_never(event)

    def _feed_model(
        self, path: str, work: _Work, event: ModelAsked | Retrying | Responded, now_ns: int
    ) -> None:
        match event:
            case ModelAsked(model_id=model_id):
                self._end_model(work, now_ns, error="asked anew")
                work.model = self._call(
                    "model", model_id, path, attributes=of_model(model_id), now_ns=now_ns
                )
            case Retrying(attempt=attempt):
                if work.model is not None:
                    work.model = with_more(work.model, {"sagent.attempts": attempt})
            case Responded(usage=usage, cost_usd=cost_usd):
                self._end_model(work, now_ns, of_spending(usage, cost_usd))
            case _:
                assert_never(event)

    def lose(self, path: str, count: int) -> None:
        """Note that *count* events of the agent at *path* were not seen."""
        self._work.setdefault(path, _Work()).lost += count

    def end(self, path: str, now_ns: int) -> None:
        """End what the agent at *path* has not ended itself."""
        work = self._work.pop(path, None)
        if work is None:
            return
        for span in work.tools.values():
            self._end(span, now_ns, error="unfinished")
        self._end_turn(work, now_ns, error="unfinished")

    def end_all(self, now_ns: int) -> None:
        """End whatever goes on."""
        for path in sorted(self._work, reverse=True):  # children before their parents
            self.end(path, now_ns)

    def _turn_of(self, path: str, now_ns: int) -> Span:
        """Give the turn in hand; one whose beginning was not told begins now."""
        work = self._work[path]
        if work.turn is None:
            work.turn = self._turn(path, (), now_ns)
        return work.turn

    def _turn(self, path: str, sources: tuple[str | None, ...], now_ns: int) -> Span:
        parent, attributes = self._asker(path, sources), of_turn(path, sources)
        name = path.rpartition("/")[2]
        return self._begin("turn", name, path, parent, attributes=attributes, now_ns=now_ns)

    def _asker(self, path: str, sources: tuple[str | None, ...]) -> Span | None:
        """Find the span that a turn of the agent at *path* is part of."""
        above = [source for source in sources if source is not None and source != path]
        for source in (*above, path.rpartition("/")[0]):
            if (work := self._work.get(source)) is None:
                continue
            for span in work.tools.values():
                spawns = span.attributes["gen_ai.tool.name"] == _SPAWNS
                if spawns and self._spawned.setdefault(span.span_id, path) == path:
                    return span
            if work.turn is not None:
                return work.turn
        return None

    def _call(
        self,
        kind: SpanKind,
        what: str,
        path: str,
        *,
        attributes: Mapping[str, Value],
        now_ns: int,
    ) -> Span:
        turn = self._turn_of(path, now_ns)
        return self._begin(kind, what, path, turn, attributes=attributes, now_ns=now_ns)

    def _end_model(
        self,
        work: _Work,
        now_ns: int,
        more: Mapping[str, Value] | None = None,
        *,
        error: str = "",
    ) -> None:
        if work.model is not None:
            self._end(work.model, now_ns, more, error=error)
            work.model = None

    def _end_turn(
        self,
        work: _Work,
        now_ns: int,
        more: Mapping[str, Value] | None = None,
        *,
        error: str = "",
    ) -> None:
        self._end_model(work, now_ns, error=error or "unfinished")
        if work.turn is not None:
            if work.lost:
                more = {**(more or {}), "sagent.events_lost": work.lost}
            self._end(work.turn, now_ns, more, error=error)
            work.turn, work.lost = None, 0

    def _begin(
        self,
        kind: SpanKind,
        what: str,
        agent: str,
        parent: Span | None,
        *,
        attributes: Mapping[str, Value],
        now_ns: int,
    ) -> Span:
        operation = _OPERATIONS[kind]
        span = Span(
            trace_id=parent.trace_id if parent else os.urandom(16).hex(),
            span_id=os.urandom(8).hex(),
            parent_id=parent.span_id if parent else "",
            kind=kind,
            name=f"{operation} {what}",
            agent=agent,
            start_ns=now_ns,
            attributes={"gen_ai.operation.name": operation, **attributes},
        )
        _tell(self._sink.began, span)
        return span

    def _end(
        self,
        span: Span,
        now_ns: int,
        more: Mapping[str, Value] | None = None,
        *,
        error: str = "",
    ) -> None:
        ended = attrs.evolve(with_more(span, more or {}), end_ns=now_ns, error=error)
        _tell(self._sink.ended, ended)


def _tell(sink: Callable[[Span], None], span: Span) -> None:
    try:
        sink(span)
    except Exception:  # noqa: BLE001  # a sink must not break the agents that it is told of
        _log.exception("a sink of spans raised at %s of %s", span.name, span.agent)
