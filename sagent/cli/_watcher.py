"""Who watches a headless run on standard error: a person at a terminal, or nobody."""

import sys
from contextlib import AbstractContextManager
from typing import Protocol, Self

import attrs

from sagent.agent import RunEvent
from sagent.providers import Progress


class Watcher(Protocol):
    """Shows what goes on, apart from the answer."""

    def on_progress(self, progress: Progress) -> None:
        """Show how far a download has come."""
        ...

    def show(self, event: RunEvent) -> None:
        """Show *event*."""
        ...


@attrs.define(eq=False)
class LogWatcher(AbstractContextManager["LogWatcher"]):
    """Says only that a download has begun, since it takes long enough to be missed."""

    _told: bool = attrs.field(default=False, init=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing to clean up."""

    def on_progress(self, progress: Progress) -> None:
        """Say once that a model is being fetched."""
        if not self._told and progress.done_bytes < progress.total_bytes:
            self._told = True
            size_mb = progress.total_bytes // 1_000_000
            sys.stderr.write(f"sagent: downloading the local model ({size_mb} MB), once\n")

    def show(self, event: RunEvent) -> None:
        """Show nothing: standard error is for errors."""


def open_watcher() -> AbstractContextManager[Watcher]:
    """Open the watcher that fits standard error; it is done with at the end of the block."""
    if not sys.stderr.isatty():
        return LogWatcher()
    from sagent.cli._terminal_watcher import TerminalWatcher  # noqa: PLC0415  # rich takes 0.1 s

    return TerminalWatcher()
