"""What happens to an agent, as a person reads it."""

from collections import deque
from collections.abc import Iterator

import attrs

from sagent.agent import (
    ChildEvent,
    Compacted,
    Done,
    Failed,
    Interrupted,
    Notice,
    OwnEvent,
    Planned,
    QuestionClosed,
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
from sagent.message import Descriptor, Message, MultipartMessage
from sagent.repl._family import Family
from sagent.repl._figures import duration
from sagent.repl._markdown_stream import MarkdownStream
from sagent.repl._printed import Diff, Printed, Remark, Verbatim, in_short
from sagent.terminal._people_rows import people_rows

MOST_RESULTS = 20
"""How many of the last results of tools can be seen whole."""
MOST_CALLS = 4
"""How many running calls are shown, the last ones; of those before, their number."""
LONG_S = 3
"""From when on it is told how long a call has been running."""
_MOST_ERROR_LINES = 5
_MOST_THOUGHT_CHARS = 200_000
_SPAWN = "AgentSpawn"
"""Whose calls are to be seen as agents."""


@attrs.frozen
class Result:
    """What a tool has given.

    Attributes:
        call: the call, in a few words.
        content: the result, whole.
    """

    call: str
    content: str = attrs.field(repr=False)


@attrs.define
class _Call:
    name: str
    summary: str
    since_s: float
    told: str = ""

    def shown(self, now_s: float) -> str:
        told = f" ▸ {self.told}" if self.told else ""
        return f"  ⚙ {self.summary}{_if_long(now_s - self.since_s)}{told}"


@attrs.define
class Telling:
    """Turns events into what is printed above the prompt, and what stands there until then.

    Attributes:
        results: the last results of tools, the last one at the end.
        thought: what the model has thought last.
        family: the agents below.
        followed: the names of those whose every step is told.
    """

    results: deque[Result] = attrs.field(factory=lambda: deque(maxlen=MOST_RESULTS), init=False)
    thought: str = attrs.field(default="", init=False)
    family: Family = attrs.field(factory=Family, init=False)
    followed: set[str] = attrs.field(factory=set[str], init=False)
    _prose: MarkdownStream = attrs.field(factory=MarkdownStream, init=False)
    _answers: set[str] = attrs.field(factory=set[str], init=False)
    """What agents below have answered, which then comes once more as the result of a call."""
    _noticed: set[str] = attrs.field(factory=set[str], init=False)
    _thinks: bool = attrs.field(default=False, init=False)
    _calls: dict[str, _Call] = attrs.field(factory=dict[str, _Call], init=False)
    """Those that run, by their ids."""

    def live(self, now_s: float) -> tuple[Printed, ...]:
        """Give what is not yet whole."""
        return (*self._thinking(), *self._prose.tail, *self._running(now_s))

    def _thinking(self) -> tuple[Printed, ...]:
        if not self._thinks:
            return ()
        return (Remark(f"∴ {_last_line(self.thought[-1000:])}"),)

    def _running(self, now_s: float) -> Iterator[Printed]:
        agents = self.family.is_at_work
        calls = [call for call in self._calls.values() if not (agents and call.name == _SPAWN)]
        if len(calls) > MOST_CALLS:
            yield Remark(f"  ⚙ {len(calls) - MOST_CALLS} more")
        for call in calls[-MOST_CALLS:]:
            yield Remark(call.shown(now_s))

    def feed(self, event: RunEvent, now_s: float) -> list[Printed]:
        """Give what *event*, which happens *now_s* by the clock, lets be printed."""
        if isinstance(event, ChildEvent):
            told = self._of_followed(event) if event.name in self.followed else _of_child(event)
            if isinstance(event.event, Done):
                self._answers.add(event.event.text.strip())
            fresh = [one for one in told if not self._was_noticed(event.event)]
            return [*fresh, *self.family.hear(event, now_s)]
        if isinstance(event, Text):
            return [*self._thought_through(), *self._prose.feed(event.content)]
        if isinstance(event, Thinking):
            self._think(event.content)
            return []
        if isinstance(event, ToolProgressed):
            self._progress(event)
            return []
        self._was_noticed(event)
        return [*self.finish(), *self._tool(event, now_s), *_remark(event)]

    def _was_noticed(self, event: OwnEvent) -> bool:
        """Tell whether the same was told before: what is so for a child is so for its siblings."""
        if not isinstance(event, Notice):
            return False
        known = event.content in self._noticed
        self._noticed.add(event.content)
        return known

    def _tool(self, event: OwnEvent, now_s: float) -> list[Printed]:
        told: list[Printed] = []
        match event:
            case ToolCalled():
                self._calls[event.call_id] = _Call(event.name, event.summary, now_s)
            case ToolDetached():
                self._calls.pop(event.call_id, None)
                told = [Remark(f"  … {event.content}")]
            case ToolReturned():
                told = self._returned(event, now_s)
            case Interrupted() | Failed():
                self._calls.clear()
                self.family.forget()
            case TurnBegan():
                self._answers.clear()
            case _:
                pass
        return told

    def finish(self) -> list[Printed]:
        """Give all that the model has said until now."""
        return [*self._thought_through(), *self._prose.finish()]

    def _think(self, content: str) -> None:
        if not self._thinks:
            self._thinks, self.thought = True, ""
        if len(self.thought) < _MOST_THOUGHT_CHARS:
            self.thought += content

    def _thought_through(self) -> list[Printed]:
        if not self._thinks:
            return []
        self._thinks = False
        return [Remark(f"∴ thought, {len(self.thought.split())} words: /thinking shows them")]

    def _progress(self, event: ToolProgressed) -> None:
        if event.call_id in self._calls:
            self._calls[event.call_id].told = _last_line(event.content)

    def _returned(self, event: ToolReturned, now_s: float) -> list[Printed]:
        known = _Call(event.name, event.name, now_s)
        call = self._calls.pop(event.call_id, known)
        self.results.append(Result(call.summary, event.content))
        if event.content.strip() in self._answers:  # the line of the agent's end has told it
            self._answers.discard(event.content.strip())
            return []
        took = _if_long(now_s - call.since_s)
        if event.is_error:
            lines = event.content.strip().splitlines()[:_MOST_ERROR_LINES]
            told = "\n".join(f"    {line}" for line in lines)
            return [Remark(f"  ✗ {call.summary}{took}", "error"), Verbatim(told, "error")]
        diff = _diff(event.message)
        short = "" if diff else f" → {in_short(event.content)}"
        head = Remark(f"  ● {call.summary}{short}{took}")
        return [head, Diff(diff)] if diff else [head]

    def _of_followed(self, child: ChildEvent) -> list[Printed]:
        event = child.event
        match event:
            case ToolCalled():
                told = f"● {event.summary}"
            case ToolReturned():
                told = f"{'✗' if event.is_error else '→'} {in_short(event.content)}"
            case _:
                return _of_child(child)
        return [Remark(f"    [{child.name}] {told}")]


def _remark(event: OwnEvent) -> list[Printed]:
    """Give the lines of what needs no more than that."""
    told: list[Printed] = []
    match event:
        case Retrying():
            told = [Remark(f"  ⟳ in {event.delay_s:.0f} s: {event.content}", "notice")]
        case Notice():
            told = [Remark(f"  ! {event.content}", "notice")]
        case Titled():
            told = [Remark(f"  # {event.content}")]
        case Planned() | UserAsked() | QuestionClosed():
            told = [Remark(row, "plain") for row in people_rows(event)]
        case Compacted():
            tokens = f"{event.tokens_before:,} tokens to {event.tokens_after:,}"
            told = [Remark(f"  ⋯ compacted, from {tokens}")]
        case Interrupted():
            told = [Remark("  ✗ interrupted", "notice")]
        case Failed():
            told = [Verbatim(f"  ✗ {event.content}", "error")]
        case _:
            pass
    return told


def _of_child(child: ChildEvent) -> list[Printed]:
    """Tell of what a person should know whoever it happens to; the rest is to be seen as it is."""
    match child.event:
        case Notice() | Retrying() | UserAsked() | QuestionClosed():
            return [
                Remark(f"    [{child.name}] {one.text.strip()}", one.tone)
                for one in _remark(child.event)
                if isinstance(one, Remark | Verbatim)
            ]
        case _:
            return []


def _if_long(elapsed_s: float) -> str:
    return f" · {duration(elapsed_s)}" if elapsed_s >= LONG_S else ""


def _diff(message: Message) -> str:
    if not isinstance(message, MultipartMessage):
        return ""
    diffs = [part for part in message.content if part.descriptor == Descriptor.DIFF]
    return "\n".join(str(part.content) for part in diffs)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
