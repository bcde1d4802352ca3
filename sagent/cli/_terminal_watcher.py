"""Progress bars, a spinner, and a line for each tool call."""

from contextlib import AbstractContextManager
from typing import Self

import attrs
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import (
    Progress as Bars,
)
from rich.status import Status
from rich.text import Text as Words

from sagent.agent import Done, Responded, RunEvent, Text, Thinking, ToolCalled, ToolReturned
from sagent.cli._writer import clean
from sagent.providers.local import Progress


@attrs.define(eq=False)
class TerminalWatcher(AbstractContextManager["TerminalWatcher"]):
    """Shows a run to a person; see `Watcher`."""

    _console: Console = attrs.field(factory=lambda: Console(stderr=True), init=False)
    _status: Status = attrs.field(init=False)
    _bars: Bars | None = attrs.field(default=None, init=False)
    _tasks: dict[str, TaskID] = attrs.field(factory=dict[str, TaskID], init=False)

    def __attrs_post_init__(self) -> None:
        self._status = self._console.status("thinking")

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._close_bars()
        self._status.stop()

    def on_progress(self, progress: Progress) -> None:
        """Move the bar of *progress*."""
        if self._bars is None:
            self._status.stop()
            self._bars = Bars(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=self._console,
                transient=True,
            )
            self._bars.start()
        if progress.what not in self._tasks:
            self._tasks[progress.what] = self._bars.add_task(
                progress.what, total=progress.total_bytes
            )
        self._bars.update(self._tasks[progress.what], completed=progress.done_bytes)

    def show(self, event: RunEvent) -> None:
        """Show *event*, but for the answer, which goes to standard output."""
        self._close_bars()
        match event:
            case ToolCalled():
                self._line(f"  {event.name} {event.summary}".rstrip(), "dim")
            case ToolReturned() if event.is_error:
                first = next(iter(event.content.splitlines()), "")
                self._line(f"    ✗ {first}", "red")
            case Done():
                self._status.stop()
            case ToolReturned() | Text() | Thinking() | Responded():
                pass

    def _line(self, text: str, style: str) -> None:
        self._console.print(Words(clean(text), style=style), no_wrap=True, overflow="ellipsis")

    def _close_bars(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None
            self._tasks.clear()
            self._status.start()
