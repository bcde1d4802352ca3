"""What a tool has to show before its result."""

from collections.abc import Awaitable, Callable

import attrs
import trio

from sagent.agent._event import Emit, ToolProgressed
from sagent.message import Message, MultipartMessage, get_queue_id, get_tool_name
from sagent.tool import Report

_MOST_CHARS = 8_000


type Stream = Callable[[Message, Report], Awaitable[Message]]
"""What `StreamingTool.stream` is."""


async def reported(
    stream: Stream, directive: Message, call: MultipartMessage, *, emit: Emit, heard: Report
) -> Message:
    """Run a tool, emitting what it reports; a slow reader gets the newest of it, *heard* all."""
    reports = _Reports(heard)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_emit_all, reports, call, emit)
        result = await stream(directive, reports.put)
        reports.close()
    return result


async def _emit_all(reports: "_Reports", call: MultipartMessage, emit: Emit) -> None:
    call_id, name = get_queue_id(call), get_tool_name(call)
    while text := await reports.take():
        await emit(ToolProgressed(call_id=call_id, name=name, content=text))


@attrs.define(eq=False)
class _Reports:
    _heard: Report
    _text: str = ""
    _omitted: int = 0
    _closed: bool = False
    _changed: trio.Event = attrs.field(factory=trio.Event)

    def put(self, text: str) -> None:
        self._heard(text)
        self._text += text
        if (over := len(self._text) - _MOST_CHARS) > 0:
            self._text = self._text[over:]
            self._omitted += over
        self._changed.set()

    def close(self) -> None:
        self._closed = True
        self._changed.set()

    async def take(self) -> str:
        while not self._text and not self._closed:
            await self._changed.wait()
            self._changed = trio.Event()
        omitted = f"... [{self._omitted} characters omitted] ...\n" if self._omitted else ""
        text, self._text, self._omitted = self._text, "", 0
        return omitted + text
