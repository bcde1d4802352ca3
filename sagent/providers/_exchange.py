"""One attempt at a call: a request goes out, and its answer is read to the end."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing, suppress

import attrs
import httpx
import trio

from sagent.errors import (
    ConnectionFailedError,
    ModelError,
    ProtocolError,
    SagentError,
    StreamCutError,
    UsageError,
)
from sagent.model import ModelEvent
from sagent.providers._answer import Sink
from sagent.providers._body import LINGER_S, Body
from sagent.providers._connections import Connections
from sagent.providers._content import PLAIN, decoded
from sagent.providers._fault import Endpoint, content_type_fault, status_fault
from sagent.providers._refusal import beginning_of, refusal_in
from sagent.providers._wires.sse import EventDecoder, ServerSentEvent
from sagent.providers._wires.wire import Decoder

_SILENT_EVENTS = frozenset({"ping", "keepalive", "keep-alive", "heartbeat"})
_LONGEST_PING = 64
_PING = re.compile(r'"type"\s*:\s*"ping"')
_TRIFLE = 0.01
"""So much of a silence may be off: to move a deadline costs as much as to read an event."""


@attrs.frozen(kw_only=True)
class Timeouts:
    """How long a server may be silent. Comments and pings, which keep a connection, do not count.

    Attributes:
        first_event_s: until the answer's first event; the vendors' own clients wait as long.
        idle_s: from one event to the next.
    """

    first_event_s: float = 600
    idle_s: float = 300

    def __attrs_post_init__(self) -> None:
        if not (self.first_event_s > 0 and self.idle_s > 0):  # so that NaN is refused, too
            raise UsageError(f"{self}: both are positive")


TIMEOUTS = Timeouts()


@attrs.frozen
class _Head:
    """How an answer begins; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]


@attrs.define(eq=False)
class Exchange:
    """An attempt at a call."""

    _endpoint: Endpoint
    _decoder: Decoder
    _sink: Sink
    _timeouts: Timeouts
    _on_answer: Callable[[Mapping[str, str]], object]
    """Told of the headers once the answer has begun."""
    _frames: EventDecoder = attrs.field(factory=EventDecoder, init=False)
    _heard: bool = attrs.field(default=False, init=False)
    _begun: bool = attrs.field(default=False, init=False)

    async def run(self, connections: Connections, path: str, body: bytes) -> None:
        """Send *body* to *path*, and hand what comes back to the sink.

        Raises:
            ModelError: the call failed.
            trio.BrokenResourceError: the reader has gone.
        """
        try:
            await self._ask(connections, path, body)
        except SagentError as told:
            self._endpoint.told(told)
            raise
        except httpx.HTTPError as fault:
            raise transport_fault(self._endpoint, fault) from fault
        except trio.BrokenResourceError:
            raise
        except Exception as fault:  # whatever a library raises, the run fails with one line
            raise unexpected_fault(self._endpoint, fault) from fault

    async def _ask(self, connections: Connections, path: str, body: bytes) -> None:
        with trio.move_on_after(self._timeouts.first_event_s) as silence:
            connection = connections.take()
            try:
                await self._converse(connection, connections.request(path, body), silence)
            finally:
                connections.give_back(connection)
        if silence.cancelled_caught and not await self._is_whole():
            limits = self._timeouts
            limit_s = limits.idle_s if self._heard else limits.first_event_s
            raise StreamCutError(f"{self._endpoint.where} was silent for {limit_s:g} s: try again")

    async def _converse(
        self,
        connection: httpx.AsyncBaseTransport,
        request: httpx.Request,
        silence: trio.CancelScope,
    ) -> None:
        response = await connection.handle_async_request(request)
        # A dict, since httpx's headers look through all of themselves at each question.
        head = _Head(response.status_code, dict(response.headers.items()))
        raw = Body.of(response)
        del request, response  # a thousand that wait for their answers need not hold on to them
        linger_s = 0.0
        try:
            coding = head.headers.get("content-encoding", "")
            if coding in PLAIN:  # a generator between us and each chunk would cost more than it
                await self._read(head, raw, silence)
            else:
                async with aclosing(decoded(raw, coding)) as chunks:
                    await self._read(head, chunks, silence)
            linger_s = LINGER_S
        finally:
            await raw.close(linger_s=linger_s)

    async def _read(
        self, head: _Head, chunks: AsyncIterator[bytes], silence: trio.CancelScope
    ) -> None:
        if not httpx.codes.is_success(head.status):
            raise status_fault(
                self._endpoint,
                status=head.status,
                body=await refusal_in(chunks),
                headers=head.headers,
            )
        kind = head.headers.get("content-type", "").lower()
        if not kind.startswith("text/event-stream"):
            body = await beginning_of(chunks)
            raise content_type_fault(self._endpoint, content_type=kind, body=body)
        try:
            await self._hear(chunks, head.headers, silence)
        except (httpx.HTTPError, StreamCutError):
            if not self._sink.done and not await self._is_whole():
                raise

    async def _hear(
        self, chunks: AsyncIterator[bytes], headers: Mapping[str, str], silence: trio.CancelScope
    ) -> None:
        idle_s = self._timeouts.idle_s
        async for chunk in chunks:
            heard = False
            for frame in self._frames.feed(chunk):
                heard = heard or not _is_silent(frame)
                for event in self._events(frame, headers):
                    if not self._sink.offer(event):
                        # A reader that takes its time is not the server's silence.
                        due, silence.deadline = silence.deadline, float("inf")
                        await self._sink.send(event)
                        silence.deadline = due
            if self._sink.done:
                silence.deadline = float("inf")
                return
            self._heard = self._heard or heard
            due = trio.current_time() + idle_s
            if heard and abs(due - silence.deadline) > idle_s * _TRIFLE:
                silence.deadline = due
        silence.deadline = float("inf")
        for frame in self._frames.close():
            with suppress(ProtocolError):  # half an event is none: the stream was cut
                for event in self._events(frame, headers):
                    await self._sink.send(event)
        for event in self._decoder.close():
            await self._sink.send(event)

    async def _is_whole(self) -> bool:
        """Tell whether the answer's end had come when the connection broke."""
        try:
            for event in self._decoder.close():
                await self._sink.send(event)
        except StreamCutError:
            return False
        return self._sink.done

    def _events(self, frame: ServerSentEvent, headers: Mapping[str, str]) -> Iterable[ModelEvent]:
        events = self._decoder.feed(frame.data)
        return events if self._begun else self._first_events(events, headers)

    def _first_events(
        self, events: Iterable[ModelEvent], headers: Mapping[str, str]
    ) -> Iterator[ModelEvent]:
        for event in events:
            if not self._begun:
                self._begun = True
                self._on_answer(headers)
            yield event


def _is_silent(frame: ServerSentEvent) -> bool:
    """Tell whether *frame* only keeps a connection."""
    if frame.event in _SILENT_EVENTS:
        return True
    data = frame.data
    return len(data) < _LONGEST_PING and '"ping"' in data and _PING.search(data) is not None


def unexpected_fault(endpoint: Endpoint, fault: Exception) -> SagentError:
    """Make the error for whatever else a library may raise."""
    reason = endpoint.redact(f"{type(fault).__name__}: {fault}")
    return ModelError(
        f"the request to {endpoint.where} failed ({reason}): check proxy variables and the limit "
        "of open files"
    )


def transport_fault(endpoint: Endpoint, fault: httpx.HTTPError) -> SagentError:
    """Make the error for what went wrong on the way."""
    reason = endpoint.redact(str(fault)) or type(fault).__name__
    if isinstance(fault, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return ModelError(f"no request can be made to {endpoint.where} ({reason}): check it")
    if isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return ConnectionFailedError(
            f"cannot reach {endpoint.where} ({reason}): check the base URL and that the server runs"
        )
    return StreamCutError(f"{endpoint.where} broke off ({reason}): try again")
