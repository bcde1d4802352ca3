"""Progress bars, a spinner, and a line for each tool call."""

from contextlib import AbstractContextManager
from typing import Self

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
    Done,
    Responded,
    Retrying,
    RunEvent,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
)
from sagent.cli._streams import clean
from sagent.providers._progress import Progress


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
        match event:
            case ToolCalled():
                self._line(f"  {event.summary}", "dim")
                self._wait_for(event.name)
            case ToolReturned():
                if event.is_error:
                    self._line(f"    ✗ {next(iter(event.content.splitlines()), '')}", "red")
                self._wait_for("thinking")
            case Retrying():
                self._line(f"  ⟳ in {event.delay_s:.0f} s: {event.content}", "yellow")
            case Text() | Done():
                self._status.stop()  # the answer has the line now
            case Thinking() | Responded():
                pass

    def _wait_for(self, what: str) -> None:
        self._status.update(what)
        self._status.start()

    def _line(self, text: str, style: str) -> None:
        self._console.print(Words(clean(text), style=style), no_wrap=True, overflow="ellipsis")

    def _close_bar(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
            self._status.start()
