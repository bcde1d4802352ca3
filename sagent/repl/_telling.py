"""What happens to an agent, as a person reads it."""

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
    ToolProgressed,
    UserAsked,
)
from sagent.repl._calls import Calls
from sagent.repl._family import Family
from sagent.repl._markdown_stream import MarkdownStream
from sagent.repl._printed import Printed, Remark, Verbatim, last_line
from sagent.repl._replay import Replay
from sagent.terminal import people_rows

_MOST_THOUGHT_CHARS = 200_000


@attrs.define
class Telling:
    """Turns events into what is printed above the prompt, and what stands there until then.

    Attributes:
        calls: the calls of tools.
        thought: what the model has thought last.
        answer: what it has answered last.
        family: the agents below.
    """

    calls: Calls = attrs.field(factory=Calls, init=False)
    thought: str = attrs.field(default="", init=False)
    answer: str = attrs.field(default="", init=False)
    family: Family = attrs.field(factory=Family, init=False)
    _prose: MarkdownStream = attrs.field(factory=MarkdownStream, init=False)
    _noticed: set[str] = attrs.field(factory=set[str], init=False)
    _thinks: bool = attrs.field(default=False, init=False)

    def take_up(self, before: Replay) -> None:
        """Know what was said and given in a conversation that goes on."""
        self.answer = before.answer
        self.calls.results.extend(before.results)

    def live(self, now_s: float) -> tuple[Printed, ...]:
        """Give what is not yet whole."""
        calls = self.calls
        rows = calls.live_beside_agents if self.family.is_at_work else calls.live
        return (*self._thinking(), *self._prose.tail, *rows(now_s))

    def _thinking(self) -> tuple[Printed, ...]:
        if not self._thinks:
            return ()
        return (Remark(f"∴ {last_line(self.thought[-1000:])}"),)

    def feed(self, event: RunEvent, now_s: float) -> list[Printed]:
        """Give what *event*, which happens *now_s* by the clock, lets be printed."""
        if isinstance(event, ChildEvent):
            if isinstance(event.event, Done):
                self.calls.answered(event.event.text)
            fresh = [one for one in _of_child(event) if not self._was_noticed(event.event)]
            return [*fresh, *self.family.hear(event, now_s)]
        if isinstance(event, Text):
            return [*self._thought_through(), *self._prose.feed(event.content)]
        if isinstance(event, Thinking):
            self._think(event.content)
            return []
        if isinstance(event, ToolProgressed):
            self.calls.progress(event)
            return []
        self._was_noticed(event)
        if isinstance(event, Done):
            self.answer = event.text
        if isinstance(event, Interrupted | Failed):
            self.family.forget()
        return [*self.finish(), *self.calls.feed(event, now_s), *_remark(event)]

    def _was_noticed(self, event: OwnEvent) -> bool:
        """Tell whether the same was told before: what is so for a child is so for its siblings."""
        if not isinstance(event, Notice):
            return False
        known = event.content in self._noticed
        self._noticed.add(event.content)
        return known

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


def _remark(event: OwnEvent) -> list[Printed]:
    """Give the lines of what needs no more than that."""
    told: list[Printed] = []
    match event:
        case Retrying():
            told = [Remark(f"  ⟳ in {max(1, round(event.delay_s))} s: {event.content}", "notice")]
        case Notice():  # whole: what is to be done stands at the end
            told = [Verbatim(f"  ! {event.content}", "notice")]
        case Titled():
            told = [Remark(f"  # {event.content}")]
        case UserAsked(question=question):  # its choices stand above the prompt until it is closed
            told = [Verbatim(f"  ? {question.text}")]
        case Planned() | QuestionClosed():
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
                Verbatim(f"    [{child.name}] {one.text.strip()}", one.tone)
                for one in _remark(child.event)
                if isinstance(one, Remark | Verbatim)
            ]
        case _:
            return []
