"""The tool calls that run: in the conversation's way, and beside it."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import attrs
import trio

from sagent.agent._audience import Audience
from sagent.agent._dispatch import Dispatcher, arguments_of
from sagent.agent._event import ToolCalled, ToolDetached, ToolReturned
from sagent.agent._room import Room
from sagent.agent._unread import Unread
from sagent.message import Message, MultipartMessage, error_message, get_queue_id, get_tool_name
from sagent.tool import TaskOutput, TaskStatus

_CANCELLED = "[cancelled: the call was stopped before it gave a result; it may have had effects]"

type Finished = Callable[[MultipartMessage, Message], None]
"""Told of each call's result, once."""


@attrs.define(eq=False)
class _Task:
    call: MultipartMessage
    background: bool
    sleeping: bool
    room: Room
    unread: Unread = attrs.field(factory=Unread, init=False)
    since: float = attrs.field(factory=trio.current_time, init=False)
    scope: trio.CancelScope = attrs.field(factory=trio.CancelScope, init=False)
    before: trio.Event | None = attrs.field(default=None, init=False)
    """What it waits for before it begins: that the call before it in its response has."""
    begun: trio.Event = attrs.field(factory=trio.Event, init=False)
    """Set once people were told of it, or never will be."""
    ended: trio.Event = attrs.field(factory=trio.Event, init=False)


@attrs.define(eq=False)
class Tasks:
    """Runs the calls of an agent in the nursery of its actor, whose end is theirs."""

    _dispatcher: Dispatcher
    _nursery: trio.Nursery
    _audience: Audience
    _finished: Finished
    _running: dict[str, _Task] = attrs.field(factory=dict[str, _Task], init=False)

    def start(self, calls: Sequence[MultipartMessage]) -> tuple[MultipartMessage, ...]:
        """Start *calls*; give those that the model wants in the background from the start."""
        here: list[MultipartMessage] = []
        away: list[MultipartMessage] = []
        room = self._dispatcher.room()
        for call in calls:
            place = self._dispatcher.placement(call)
            (away if place.background else here).append(call)
            self._running[call.id] = _Task(call, place.background, place.delay_s > 0, room)
            if place.background:
                name = _task_name(call)
                self._nursery.start_soon(self._complete, call, place.delay_s, name=name)
        if here:
            self._nursery.start_soon(self._in_order, here, name="calls of a response")
        return tuple(away)

    async def detach(self, calls: Sequence[MultipartMessage]) -> None:
        """Take *calls* for background ones from now on, and tell so."""
        tasks = [self._running[call.id] for call in calls if call.id in self._running]
        # Who begins there tells of it by itself, once it has told that it begins.
        told = [task for task in tasks if not task.background or task.sleeping]
        for task in tasks:
            task.background = True
        for task in told:
            await self._tell_detached(task.call)

    def cancel_foreground(self) -> None:
        """End the calls that the conversation waits for."""
        for task in self._running.values():
            if not task.background:
                task.scope.cancel()

    def foreground(self) -> tuple[str, ...]:
        """Name the tools whose calls the conversation waits for, in their order."""
        return tuple(
            get_tool_name(task.call) for task in self._running.values() if not task.background
        )

    def background(self) -> tuple[TaskStatus, ...]:
        """List what runs beside the conversation, oldest first."""
        now = trio.current_time()
        return tuple(
            TaskStatus(
                id=get_queue_id(task.call),
                tool=get_tool_name(task.call),
                summary=self._dispatcher.summary(task.call),
                phase="sleeping" if task.sleeping else "running",
                elapsed_s=now - task.since,
                unread_chars=task.unread.chars,
            )
            for task in self._running.values()
            if task.background
        )

    def in_background(self, directive_id: str) -> bool:
        """Tell whether the call whose directive has this id runs beside the conversation."""
        tasks = (task for task in self._running.values() if task.background)
        return any(task.call.content[-1].id == directive_id for task in tasks)

    def unfinished(self) -> tuple[MultipartMessage, ...]:
        """List the calls that run beside the conversation, or did when all was cancelled."""
        return tuple(task.call for task in self._running.values() if task.background)

    def cancel(self, task_id: str) -> bool:
        """End a call that runs beside the conversation; tell whether there was one."""
        task = self._find(task_id)
        if task is not None:
            task.scope.cancel()
        return task is not None

    def read(self, task_id: str, max_chars: int) -> TaskOutput | None:
        """Take what a call beside the conversation has shown; None if there is no such call."""
        task = self._find(task_id)
        return None if task is None else task.unread.take(max_chars)

    async def wait(self, task_id: str) -> bool:
        """Wait for the end of a call beside the conversation; tell whether there was one."""
        task = self._find(task_id)
        if task is None:
            await trio.lowlevel.checkpoint()
            return False
        await task.ended.wait()
        return True

    def _find(self, task_id: str) -> _Task | None:
        tasks = (task for task in self._running.values() if task.background)
        return next((task for task in tasks if get_queue_id(task.call) == task_id), None)

    async def _in_order(self, calls: Sequence[MultipartMessage]) -> None:
        for batch in self._dispatcher.batches(calls):
            if len(batch) == 1:
                await self._complete(batch[0])
                continue
            for earlier, later in pairwise(batch):  # tasks alone begin in any order
                self._running[later.id].before = self._running[earlier.id].begun
            async with trio.open_nursery() as nursery:
                for call in batch:
                    nursery.start_soon(self._complete, call, name=_task_name(call))

    async def _complete(self, call: MultipartMessage, delay_s: float = 0) -> None:
        task = self._running[call.id]
        result: Message | None = None
        begun = False
        away = task.background and not delay_s
        with task.scope:
            await trio.lowlevel.checkpoint_if_cancelled()  # what was interrupted does not begin
            if delay_s:
                await trio.sleep(delay_s)
                task.sleeping = False
            if task.before is not None:
                await task.before.wait()
            begun = True
            await self._tell_call(call)
            task.begun.set()
            if away:
                await self._tell_detached(call)
            result = await self._dispatcher.result(
                call, task.room, emit=self._audience.tell, heard=task.unread.put
            )
        del self._running[call.id]
        task.begun.set()  # if it was cancelled before
        task.ended.set()
        if result is None:
            result = error_message(_CANCELLED)
        self._finished(call, result)
        if begun and not self._audience.is_empty:
            returned = ToolReturned(
                call_id=get_queue_id(call), name=get_tool_name(call), message=result
            )
            await self._audience.tell(returned)

    async def _tell_detached(self, call: MultipartMessage) -> None:
        detached = ToolDetached(call_id=get_queue_id(call), name=get_tool_name(call))
        await self._audience.tell(detached)

    async def _tell_call(self, call: MultipartMessage) -> None:
        if self._audience.is_empty:
            return
        called = ToolCalled(
            call_id=get_queue_id(call),
            name=get_tool_name(call),
            summary=self._dispatcher.summary(call),
            content=arguments_of(call),
        )
        await self._audience.tell(called)


def _task_name(call: MultipartMessage) -> str:
    return f"call of {get_tool_name(call)}"
