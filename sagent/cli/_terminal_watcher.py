"""Progress bars, a spinner, and a line for each tool call."""

from contextlib import AbstractContextManager
from typing import Self, assert_never

import attrs
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bar
from rich.status import Status
from rich.text import Text as Words

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
from sagent.providers import Progress
from sagent.terminal import clean, people_rows


@attrs.define(eq=False)
class TerminalWatcher(AbstractContextManager["TerminalWatcher"]):
    """Shows a run to a person; see `Watcher`."""

    _console: Console = attrs.field(factory=lambda: Console(stderr=True), init=False)
    _status: Status = attrs.field(init=False)
    _bar: Bar | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._status = self._console.status("thinking")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._close_bar()
        self._status.stop()

    def on_progress(self, progress: Progress) -> None:
        """Move the bar to *progress*."""
        if self._bar is None:
            self._status.stop()
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bar.add_task(progress.what, total=progress.total_bytes)
            self._bar.start()
        (task,) = self._bar.task_ids
        self._bar.update(task, description=progress.what, completed=progress.done_bytes)
        if progress.done_bytes == progress.total_bytes:
            self._close_bar()

    def show(self, event: RunEvent) -> None:
        """Show *event*, but for the answer, which goes to standard output."""
        self._close_bar()
        remark = _of_child(event) if isinstance(event, ChildEvent) else _remark(event)
        if remark is not None:
            self._line(*remark)
        match event:
            case ToolCalled():
                self._wait_for(event.name)
            case ToolProgressed():
                self._wait_for(f"{event.name}: {next(reversed(event.content.splitlines()), '')}")
            case ToolReturned():
                self._wait_for("thinking")
            case Planned() | UserAsked() | QuestionClosed():
                for row in people_rows(event):
                    self._line(row, "dim")
            case Text() | Done():
                self._status.stop()  # the answer has the line now
            case (
                Thinking() | Responded() | Retrying() | ToolDetached() | Notice() | Titled()
                | Compacted() | Interrupted() | Failed() | ChildEvent() | TurnBegan() | ModelAsked()
            ):  # fmt: skip
                pass
            case _:
                assert_never(event)

    def _wait_for(self, what: str) -> None:
        width = max(self._console.width - 4, 1)
        self._status.update(Words(clean(what)[:width], overflow="ellipsis", no_wrap=True))
        self._status.start()

    def _line(self, text: str, style: str) -> None:
        line = " ".join(clean(text).splitlines())
        self._console.print(Words(line, style=style), no_wrap=True, overflow="ellipsis")

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            self._status.start()


def _remark(event: OwnEvent) -> tuple[str, str] | None:
    """Give the line that stays on the terminal, and its style."""
    remark: tuple[str, str] | None = None
    match event:
        case ToolCalled():
            remark = f"  {event.summary}", "dim"
        case ToolDetached():
            remark = f"    … {event.content}", "dim"
        case ToolReturned() if event.is_error:
            remark = f"    ✗ {next(iter(event.content.splitlines()), '')}", "red"
        case Retrying():
            remark = f"  ⟳ in {max(1, round(event.delay_s))} s: {event.content}", "yellow"
        case Notice():
            remark = f"  ! {event.content}", "yellow"
        case Titled():
            remark = f"  # {event.content}", "dim"
        case Compacted():
            tokens = f"{event.tokens_before:,} tokens to {event.tokens_after:,}"
            remark = f"  ⋯ compacted, from {tokens}", "dim"
        case Interrupted() | Failed():
            remark = f"  ✗ {event.content}", "yellow"
        case (
            ToolReturned() | ToolProgressed() | Planned() | UserAsked() | QuestionClosed() | Text()
            | Thinking() | Responded() | Done() | TurnBegan() | ModelAsked()
        ):  # fmt: skip
            pass
        case _:
            assert_never(event)
    return remark


def _of_child(event: ChildEvent) -> tuple[str, str] | None:
    if isinstance(event.event, Done):
        return f"    [{event.name}] done", "dim"
    remark = _remark(event.event)
    return None if remark is None else (f"    [{event.name}] {remark[0].strip()}", remark[1])
