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
    ToolCalled,
    ToolDetached,
    ToolProgressed,
    ToolReturned,
    UserAsked,
)
from sagent.message import Descriptor, Message, MultipartMessage
from sagent.repl._markdown_stream import MarkdownStream
from sagent.repl._printed import Diff, Printed, Remark, Verbatim
from sagent.terminal._people_rows import people_rows

_MOST_ERROR_LINES = 5
_MOST_THOUGHT_CHARS = 200_000


@attrs.define
class Telling:
    """Turns events into what is printed above the prompt, and what stands there until then.

    Attributes:
        result: the last result of a tool, whole; "" before the first.
        thought: what the model has thought last.
    """

    result: str = attrs.field(default="", init=False)
    thought: str = attrs.field(default="", init=False)
    _prose: MarkdownStream = attrs.field(factory=MarkdownStream, init=False)
    _thinks: bool = attrs.field(default=False, init=False)
    _tools: dict[str, str] = attrs.field(factory=dict[str, str], init=False)
    """What each running call shows, by its id."""

    @property
    def live(self) -> tuple[Printed, ...]:
        """What is not yet whole."""
        tools = (Remark(f"  ⚙ {shown}") for shown in self._tools.values())
        return (*self._thinking(), *self._prose.tail, *tools)

    def _thinking(self) -> tuple[Printed, ...]:
        if not self._thinks:
            return ()
        return (Remark(f"∴ {_last_line(self.thought[-1000:])}"),)

    def feed(self, event: RunEvent) -> list[Printed]:
        """Give what *event* lets be printed."""
        if isinstance(event, ChildEvent):
            return _of_child(event)
        if isinstance(event, Text):
            return [*self._thought_through(), *self._prose.feed(event.content)]
        if isinstance(event, Thinking):
            self._think(event.content)
            return []
        if isinstance(event, ToolProgressed):
            self._progress(event)
            return []
        return [*self.finish(), *self._tool(event), *_remark(event)]

    def _tool(self, event: OwnEvent) -> list[Printed]:
        told: list[Printed] = []
        match event:
            case ToolCalled():
                self._tools[event.call_id] = event.summary
            case ToolDetached():
                self._tools.pop(event.call_id, None)
                told = [Remark(f"  … {event.content}")]
            case ToolReturned():
                told = self._returned(event)
            case Interrupted() | Failed():
                self._tools.clear()
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
        if event.call_id in self._tools:
            summary = self._tools[event.call_id].partition(" ▸ ")[0]
            self._tools[event.call_id] = f"{summary} ▸ {_last_line(event.content)}"

    def _returned(self, event: ToolReturned) -> list[Printed]:
        shown = self._tools.pop(event.call_id, event.name).partition(" ▸ ")[0]
        self.result = event.content
        if event.is_error:
            lines = event.content.strip().splitlines()[:_MOST_ERROR_LINES]
            told = "\n".join(f"    {line}" for line in lines)
            return [Remark(f"  ✗ {shown}", "error"), Verbatim(told, "error")]
        diff = _diff(event.message)
        head = Remark(f"  ● {shown}{'' if diff else f' → {_in_short(event.content)}'}")
        return [head, Diff(diff)] if diff else [head]


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
    event, told = child.event, _remark(child.event)
    match event:
        case ToolCalled():
            told = [Remark(f"● {event.summary}")]
        case ToolReturned() if event.is_error:
            told = [Remark(f"✗ {event.name}: {_in_short(event.content)}", "error")]
        case Done():
            told = [Remark(f"done: {_in_short(event.text)}")]
        case _:
            pass
    return [
        Remark(f"    [{child.name}] {one.text.strip()}", one.tone)
        for one in told
        if isinstance(one, Remark | Verbatim)
    ]


def _diff(message: Message) -> str:
    if not isinstance(message, MultipartMessage):
        return ""
    diffs = [part for part in message.content if part.descriptor == Descriptor.DIFF]
    return "\n".join(str(part.content) for part in diffs)


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _in_short(text: str) -> str:
    lines = text.strip().splitlines()
    if not lines:
        return "nothing"
    return lines[0] if len(lines) == 1 else f"{len(lines)} lines"
