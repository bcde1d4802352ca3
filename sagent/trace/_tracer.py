"""Watches all agents of a system: the only place of this package that waits for them."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import attrs
import trio

from sagent.actors import Event, Feed, Missed, Ref, Started, System
from sagent.agent import AGENTS, Mail, RunEvent, Watch
from sagent.errors import ActorError
from sagent.trace._span import Contents, SpanSink
from sagent.trace._spans import Spans

MOST_EVENTS_HELD = 10_000
"""For each agent; a tracer reads at once, so that few ever wait."""


class Listener(Protocol):
    """Takes what happens to agents. It is called amid their work, so it does not wait."""

    def feed(self, path: str, event: RunEvent, now_ns: int) -> None:
        """Take what has happened to the agent at *path*, at *now_ns* since the epoch."""
        ...

    def lose(self, path: str, count: int) -> None:
        """Note that *count* events of the agent at *path* were not seen."""
        ...

    def end(self, path: str, now_ns: int) -> None:
        """Note that nothing more comes of the agent at *path*."""
        ...


@attrs.define(eq=False)
class _Tracer:
    _system: System
    _listener: Listener
    _nursery: trio.Nursery
    _clock: Callable[[], int]
    _asking: set[trio.CancelScope] = attrs.field(factory=set[trio.CancelScope], init=False)
    _feeds: set[Feed[RunEvent]] = attrs.field(factory=set[Feed[RunEvent]], init=False)
    _is_over: bool = attrs.field(default=False, init=False)

    def begin(self) -> None:
        """Watch the agents that live."""
        for ref in self._system.members(AGENTS):
            self._nursery.start_soon(self._watch, ref)

    def hear(self, event: Event) -> None:
        """Watch an agent that comes to life; its question is there before its first prompt."""
        if isinstance(event, Started):
            ref = self._system.member(AGENTS, event.path)
            if ref is not None:
                self._nursery.start_soon(self._watch, ref)

    def finish(self) -> None:
        """Let every feed end with what it holds, and wait for no agent that has yet to give one."""
        self._is_over = True
        for asking in self._asking:
            asking.cancel()
        for feed in self._feeds:
            feed.close()

    async def _watch(self, ref: Ref[Mail]) -> None:
        with suppress(ActorError):  # it has ended
            if (feed := await self._feed_of(ref)) is None:
                return
            async for event in feed:
                if isinstance(event, Missed):
                    self._listener.lose(ref.path, event.count)
                else:
                    self._listener.feed(ref.path, event, self._clock())
            self._feeds.discard(feed)
            self._listener.end(ref.path, self._clock())

    async def _feed_of(self, ref: Ref[Mail]) -> Feed[RunEvent] | None:
        """Ask an agent for its events; None if all is over before it gives them."""
        with trio.CancelScope() as asking:
            self._asking.add(asking)
            if self._is_over:
                asking.cancel()
            try:
                feed = await ref.ask(Watch(capacity=MOST_EVENTS_HELD), lane="front")
            finally:
                self._asking.discard(asking)
            self._feeds.add(feed)
            if self._is_over:
                feed.close()
            return feed
        return None


@asynccontextmanager
async def open_spans(
    system: System,
    sink: SpanSink,
    *,
    contents: Contents = "leave_out",
    clock: Callable[[], int] = time.time_ns,
) -> AsyncGenerator[None]:
    """Tell *sink* of all that the agents of *system* do during the block.

    What goes on at its end is told as unfinished. What the block raises is raised in no group.

    Args:
        system: whose agents, those that live and those to come.
        sink: where the spans go.
        contents: whether prompts' answers, and what tools were given and gave, are in them.
        clock: tells the time in nanoseconds since the epoch.
    """
    spans = Spans(sink, contents)
    try:
        async with open_feeds(system, spans, clock=clock):
            yield
    finally:
        spans.end_all(clock())


@asynccontextmanager
async def open_feeds(
    system: System, listener: Listener, *, clock: Callable[[], int]
) -> AsyncGenerator[None]:
    """Tell *listener* of what happens to the agents of *system*, those to come too.

    What the block raises is raised in no group.
    """
    failure: Exception | None = None
    async with trio.open_nursery() as nursery:
        tracer = _Tracer(system, listener, nursery, clock)
        with system.events.listen(tracer.hear):
            tracer.begin()
            try:
                yield
            except Exception as error:  # noqa: BLE001  # raised below, outside of the nursery
                failure = error
        tracer.finish()
    if failure is not None:
        raise failure
