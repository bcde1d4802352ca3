"""The calls of tools: those that run, and what they have given."""

from collections import Counter, deque
from collections.abc import Container, Iterator

import attrs

from sagent.agent import (
    Failed,
    Interrupted,
    OwnEvent,
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
    TurnBegan,
)
from sagent.message import Descriptor, Message, MultipartMessage, is_error, result_text
from sagent.repl._figures import duration
from sagent.repl._printed import Diff, Printed, Remark, in_short, last_line

MOST_RESULTS = 20
"""How many of the last results of tools can be seen whole."""
MOST_CALLS = 4
"""How many running calls are shown, the last ones; of those before, their number."""
LONG_S = 3
"""From when on it is told how long a call has been running."""
_MOST_ERROR_LINES = 5
_SPAWN = "AgentSpawn"
"""Whose calls are to be seen as agents."""
_TOLD = frozenset({"AskUser", "Todo"})
"""Whose calls are told as what they lead to: a question with its answer, a plan."""


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
class Calls:
    """Turns what happens to calls into what is printed of them, and what stands there until then.

    Attributes:
        results: the last results, the last one at the end.
    """

    results: deque[Result] = attrs.field(factory=lambda: deque(maxlen=MOST_RESULTS), init=False)
    _running: dict[str, _Call] = attrs.field(factory=dict[str, _Call], init=False)
    """Those that run, by their ids."""
    _beside: dict[str, _Call] = attrs.field(factory=dict[str, _Call], init=False)
    """Those that run in the background, which an interrupt leaves alone."""
    _stopped: dict[str, _Call] = attrs.field(factory=dict[str, _Call], init=False)
    """Those that were told to be stopped, and will yet say so themselves."""
    _answers: Counter[str] = attrs.field(factory=Counter[str], init=False)
    """What agents below have answered, which then comes once more as the result of a call."""

    def live(self, now_s: float) -> Iterator[Printed]:
        """Give a line for each that runs."""
        return self._rows(_TOLD, now_s)

    def live_beside_agents(self, now_s: float) -> Iterator[Printed]:
        """Give a line for each that runs, but for those whose agents are to be seen."""
        return self._rows(_TOLD | {_SPAWN}, now_s)

    def _rows(self, hidden: Container[str], now_s: float) -> Iterator[Printed]:
        calls = [call for call in self._running.values() if call.name not in hidden]
        if len(calls) > MOST_CALLS:
            yield Remark(f"  ⚙ {len(calls) - MOST_CALLS} more")
        for call in calls[-MOST_CALLS:]:
            yield Remark(call.shown(now_s))

    def answered(self, text: str) -> None:
        """Know that the answer of an agent was told, and need not be told as a result."""
        self._answers[text.strip()] += 1

    def feed(self, event: OwnEvent, now_s: float) -> list[Printed]:
        """Give what *event*, which happens *now_s* by the clock, lets be printed of a call."""
        told: list[Printed] = []
        match event:
            case ToolCalled():  # one that was meant for the background is told as that before
                calls = self._beside if event.call_id in self._beside else self._running
                calls[event.call_id] = _Call(event.name, event.summary, now_s)
            case ToolDetached():
                unknown = _Call(event.name, event.name, now_s)
                self._beside[event.call_id] = self._running.pop(event.call_id, unknown)
                told = [Remark(f"  … {event.content}")]
            case ToolReturned():
                told = self._returned(event, now_s)
            case Interrupted() | Failed():
                told = self._stop()
            case TurnBegan():
                self._answers.clear()
            case _:
                pass
        return told

    def progress(self, event: ToolProgressed) -> None:
        """Know the last line of what a call has shown."""
        if event.call_id in self._running:
            self._running[event.call_id].told = last_line(event.content)

    def _stop(self) -> list[Printed]:
        """Tell of each call that runs that it does no more; of many, how many they are."""
        calls = [call for call in self._running.values() if call.name not in _TOLD]
        self._stopped |= self._running
        self._running.clear()
        told = [Remark(f"  ✗ {call.summary} · stopped", "notice") for call in calls[:MOST_CALLS]]
        if len(calls) > MOST_CALLS:
            told.append(Remark(f"  ✗ {len(calls) - MOST_CALLS} more · stopped", "notice"))
        return [*told]

    def _returned(self, event: ToolReturned, now_s: float) -> list[Printed]:
        beside = self._beside.pop(event.call_id, _Call(event.name, event.name, now_s))
        stopped = self._stopped.pop(event.call_id, None)
        call = stopped or self._running.pop(event.call_id, beside)
        self.results.append(Result(call.summary, event.content))
        if stopped is not None and event.is_error:
            return []
        if self._answers[event.content.strip()]:  # the line of the agent's end has told it
            self._answers[event.content.strip()] -= 1
            return []
        if event.name in _TOLD and not event.is_error:
            return []
        return told_of(call.summary, event.message, took=_if_long(now_s - call.since_s))


def told_of(summary: str, result: Message, *, took: str = "") -> list[Printed]:
    """Give what is printed of the call *summary* that has given *result*, and what time it took."""
    text = result_text(result)
    if is_error(result):
        lines = text.strip().splitlines()[:_MOST_ERROR_LINES]
        told = (Remark(f"    {line}", "error") for line in lines)
        return [Remark(f"  ✗ {summary}{took}", "error"), *told]
    diff = _diff(result)
    short = "" if diff else f" → {in_short(text)}"
    head = Remark(f"  ● {summary}{short}{took}")
    return [head, Diff(diff)] if diff else [head]


def _if_long(elapsed_s: float) -> str:
    return f" · {duration(elapsed_s)}" if elapsed_s >= LONG_S else ""


def _diff(message: Message) -> str:
    if not isinstance(message, MultipartMessage):
        return ""
    diffs = [part for part in message.content if part.descriptor == Descriptor.DIFF]
    return "\n".join(str(part.content) for part in diffs)
