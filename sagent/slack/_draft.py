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
from sagent.slack._mrkdwn import escape, to_mrkdwn
from sagent.slack._pages import pages

_MOST_STATUS_CHARS = 200
_THINKING = "thinking"


@attrs.frozen(kw_only=True)
class Draft:
    """What one turn of an agent says in a thread, as far as it is known.

    Attributes:
        said: what the model said in each of its responses.
        trouble: what went wrong, or people should know, a line each.
        status: what it does now; "" when it has ended.
        is_open: whether its last response may go on.
        has_ended: whether the turn is over.
    """

    said: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    status: str = ""
    is_open: bool = False
    has_ended: bool = False

    def feed(self, event: RunEvent) -> "Draft":
        """Take in *event*; the very same if it shows nothing."""
        match event:
            case Text(content=text):
                return self._saying(text)
            case Done() | Failed() | Interrupted():
                return self._ended_by(event)
            case Notice(content=line):
                return self._troubled("⚠️", line)
            case Compacted():
                return self._troubled("⚠️", "the conversation was made shorter, by a recap")
            case Responded():
                return attrs.evolve(self, is_open=False)
            case _:
                return self._doing(event)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (any(map(str.strip, self.said)) or self.trouble or self.status)

    @property
    def text(self) -> str:
        """What the model said, in Markdown."""
        return "\n\n".join(text.strip() for text in self.said if text.strip())

    def pages(self) -> tuple[str, ...]:
        """Give the messages that show it."""
        lines = [to_mrkdwn(text.strip()) for text in self.said if text.strip()]
        lines += map(escape, self.trouble)
        if self.status:
            status = " ".join(self.status.split())[:_MOST_STATUS_CHARS]
            lines.append(f"_{escape(status).replace('_', ' ')} …_")
        return pages("\n\n".join(lines))

    def _saying(self, text: str) -> "Draft":
        said = (*self.said[:-1], self.said[-1] + text) if self.is_open else (*self.said, text)
        return attrs.evolve(self, said=said, is_open=True, status="")

    def _doing(self, event: RunEvent) -> "Draft":
        status = _status_below(event) if isinstance(event, ChildEvent) else _status(event)
        is_quiet = isinstance(event, ChildEvent) or status == _THINKING
        if not status or (self.is_open and is_quiet):
            return self
        return attrs.evolve(self, is_open=False, status=status)

    def _ended_by(self, event: Done | Failed | Interrupted) -> "Draft":
        ended = attrs.evolve(self, is_open=False, has_ended=True, status="")
        match event:
            case Done():
                return ended._with_answer(event.text)  # noqa: SLF001  # its own class
            case Failed(content=line):
                return ended._troubled("❌", line)  # noqa: SLF001  # the same
            case Interrupted():
                return ended._troubled("⏹️", event.content)  # noqa: SLF001  # the same
            case _:
                assert_never(event)

    def _troubled(self, sign: str, line: str) -> "Draft":
        return attrs.evolve(self, trouble=(*self.trouble, f"{sign} {' '.join(line.split())}"))

    def _with_answer(self, answer: str) -> "Draft":
        """Let the last that it says be *answer*, whatever of it was lost on the way."""
        if not answer or (self.said and self.said[-1] == answer):
            return self
        earlier = self.said[:-1] if self.said and _is_part(self.said[-1], answer) else self.said
        return attrs.evolve(self, said=(*earlier, answer))


def _is_part(piece: str, answer: str) -> bool:
    return piece.strip() in answer


def _status_below(event: ChildEvent) -> str:
    """Tell what an agent below does now; that it thinks is not worth a word."""
    status = _status(event.event)
    return "" if status in ("", _THINKING) else f"{event.name}: {status}"


def _status(event: RunEvent) -> str:
    """Tell what the agent does now, if *event* tells it."""
    match event:
        case ToolCalled(summary=summary):
            return summary
        case ToolReturned() | TurnBegan() | ModelAsked() | Thinking():
            return _THINKING
        case Retrying(content=why, delay_s=delay_s):
            return f"trying again in {delay_s:.0f} s: {why}"
        case ToolDetached() | Titled():
            return event.content
        case UserAsked():
            return "waiting for an answer"
        case (
            ToolProgressed() | Planned() | QuestionClosed() | ChildEvent() | Text() | Done()
            | Failed() | Interrupted() | Notice() | Compacted() | Responded()
        ):  # fmt: skip
            return ""
        case _:
            assert_never(event)
