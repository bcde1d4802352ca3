"""What happens in a system, on its way into the logger ``sagent.run``."""

import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import attrs

from sagent.actors import Event, System
from sagent.agent import RunEvent
from sagent.trace._log_lines import Line, LogLines, of_system
from sagent.trace._tracer import open_feeds

LOGGER = "sagent.run"
_log = logging.getLogger(LOGGER)


@attrs.define(eq=False)
class _Logged:
    _lines: LogLines = attrs.field(factory=LogLines, init=False)

    def feed(self, path: str, event: RunEvent, now_ns: int) -> None:
        if line := self._lines.of_agent(path, event, now_ns):
            _write(path, line)

    def lose(self, path: str, count: int) -> None:
        _write(path, Line(logging.WARNING, f"{count} events came too fast to be logged"))

    def end(self, path: str, now_ns: int) -> None:  # noqa: ARG002  # the contract's
        self._lines.end(path)


def _hear(event: Event) -> None:
    _write(*of_system(event))


def _write(path: str, line: Line) -> None:
    _log.log(line.level, "%s %s", path or "the system", line.text)


@asynccontextmanager
async def open_log(
    system: System, *, clock: Callable[[], int] = time.time_ns
) -> AsyncGenerator[None]:
    """Log what the agents and actors of *system* do during the block, to ``sagent.run``.

    DEBUG has the lives of actors and the requests of models, INFO responses and calls of tools,
    WARNING what was tried again, restarted, lost or refused, ERROR what has failed. Nothing that is
    said, and nothing that tools are given or give, is in it. What the block raises is raised in no
    group.

    Args:
        system: whose agents and actors.
        clock: tells the time in nanoseconds since the epoch.
    """
    with system.events.listen(_hear):
        async with open_feeds(system, _Logged(), clock=clock):
            yield
