"""Tool calls: every call gets exactly one result, whatever the model wrote and the tool does."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import cast

import attrs
import trio

from sagent.agent._allowance import Allowance
from sagent.agent._event import Emit
from sagent.agent._large_results import LargeResults, chars_of
from sagent.agent._placement import HERE, Placement, Placing
from sagent.agent._progress import Stream, reported
from sagent.agent._reminders import Reminders
from sagent.agent._room import Room
from sagent.agent._verdict import fault_of
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_directive,
    get_tool_name,
)
from sagent.permission import Deny, Policy, ToolUse
from sagent.tool import (
    Binding,
    Concurrency,
    Effect,
    Report,
    StreamingTool,
    Tool,
    Validator,
    bind_tool,
    concurrency_of,
    deadline_of,
    effects_of,
    max_result_chars_of,
    offers_background,
)

_CHANGES = frozenset({Effect.WRITES, Effect.PROCESSES})

_LATE = (
    "{tool} was stopped after {seconds:g} s, which is all it may take; it may have had effects. "
    "Ask it for less, or go about it in another way."
)

type BeforeChange = Callable[[MultipartMessage], Awaitable[None]]
"""Told of a call before it may change files."""

type _Stream = Callable[[Stream, Message, MultipartMessage], Awaitable[Message]]
"""Runs a tool that shows how it gets on."""


@attrs.frozen
class _Entry:
    tool: Tool
    validator: Validator
    concurrency: Concurrency
    placing: Placing
    changes: bool
    """Whether it may change files."""
    max_result_chars: int | None
    deadline_s: float | None
    stream: Stream | None


@attrs.frozen
class Dispatcher:
    """Runs the calls of one agent with the agent's own copies of its tools."""

    _agent: str
    _policy: Policy
    _entries: Mapping[str, _Entry]
    _reminders: Reminders
    _before_change: BeforeChange
    _large_results: LargeResults

    @classmethod
    def of(
        cls,
        tools: Iterable[Tool],
        validators: Mapping[str, Validator],
        *,
        binding: Binding,
        policy: Policy,
        reminders: Reminders,
        before_change: BeforeChange,
        large_results: LargeResults,
    ) -> "Dispatcher":
        """Bind *tools*, whose validators stand under their names, to their agent."""
        bound = [bind_tool(tool, binding) for tool in tools]
        offered = any(map(offers_background, bound))
        entries = {
            tool.name: _Entry(
                tool,
                validators[tool.name],
                concurrency_of(tool),
                Placing.beside(tool) if offered else Placing(),
                bool(effects_of(tool) & _CHANGES),
                max_result_chars_of(tool),
                deadline_of(tool),
                # Once for all: to look for a protocol takes longer than many a tool.
                tool.stream if isinstance(tool, StreamingTool) else None,
            )
            for tool in bound
        }
        return cls(binding.agent, policy, entries, reminders, before_change, large_results)

    def room(self) -> Room:
        """Tell what the results of a response may have of the conversation."""
        return self._large_results.room()

    def placement(self, call: MultipartMessage) -> Placement:
        """Tell where *call* is to run."""
        entry = self._entries.get(get_tool_name(call))
        return entry.placing.of(call) if entry else HERE

    def batches(self, calls: Sequence[MultipartMessage]) -> list[list[MultipartMessage]]:
        """Part *calls* into batches, each to be run at once and after those before it.

        Calls of shared tools that stand side by side make a batch; an exclusive one runs alone.
        """
        batches: list[list[MultipartMessage]] = []
        open_to_others = False
        for call in calls:
            entry = self._entries.get(get_tool_name(call))
            shared = entry is None or entry.concurrency == "shared"
            if shared and open_to_others:
                batches[-1].append(call)
            else:
                batches.append([call])
            open_to_others = shared
        return batches

    async def result(
        self, call: MultipartMessage, room: Room, *, emit: Emit, heard: Report
    ) -> Message:
        """Run *call*, whatever the model wrote in it, and give its result, fitted into *room*.

        Args:
            call: what to run.
            room: what its result may have of the conversation.
            emit: told of what it shows before that, as fast as events are read.
            heard: told of all of it.
        """
        name = get_tool_name(call)
        entry = self._entries.get(name)
        if entry is None:
            return error_message(
                f"No such tool available: {name}. Tools: {', '.join(self._entries) or 'none'}."
            )
        try:
            get_directive(call)
        except UsageError as error:
            return error_message(f"InputValidationError: {name}: {error}. Write them as JSON.")
        directive = entry.placing.without(call.content[-1])
        if faults := entry.validator.faults(get_directive(directive)):
            return error_message(faults)
        result = await self._run(entry, call, directive, partial(reported, emit=emit, heard=heard))
        if fault := fault_of(result):
            return error_message(f"{name} is broken: {fault}.")
        result = await self._fitted(entry, call, result, room)
        return self._reminders.added(name, directive, result)

    async def _fitted(
        self, entry: _Entry, call: MultipartMessage, result: Message, room: Room
    ) -> Message:
        most_chars = entry.max_result_chars or room.most_chars
        chars = chars_of(result)
        if chars > most_chars:
            result = await self._large_results.fitted(
                result, call, most_chars=most_chars, tools=self._entries
            )
            chars = chars_of(result)
        room.take(chars)
        return result if isinstance(result, TextMessage) else Allowance().bounded(result)

    async def _run(
        self, entry: _Entry, call: MultipartMessage, directive: Message, stream: _Stream
    ) -> Message:
        tool = entry.tool
        try:
            use = ToolUse(tool=tool, directive=directive, agent=self._agent)
            decision = await self._policy.decide(use)
            if isinstance(decision, Deny):
                return error_message(f"{tool.name} was not permitted: {decision.reason}")
            if entry.changes:
                await self._before_change(call)
            if entry.deadline_s is None:
                return await _work(entry, call, directive, stream)
            with trio.move_on_after(entry.deadline_s):
                return await _work(entry, call, directive, stream)
            return error_message(_LATE.format(tool=tool.name, seconds=entry.deadline_s))
        except BaseException as error:  # news for the model, unless it is the program's end
            if _is_the_end(error):
                raise
            return error_message(_told(error))

    def summary(self, call: MultipartMessage) -> str:
        """Describe *call* in a few words, for people."""
        entry = self._entries.get(get_tool_name(call))
        if entry is None:
            return get_tool_name(call)
        try:
            return entry.tool.summary(call.content[-1])
        except Exception:  # noqa: BLE001  # a summary is decoration; arguments are not checked yet
            return entry.tool.name


async def _work(
    entry: _Entry, call: MultipartMessage, directive: Message, stream: _Stream
) -> Message:
    if entry.stream is not None:
        return await stream(entry.stream, directive, call)
    return await entry.tool.run(directive)


def arguments_of(call: MultipartMessage) -> JSON:
    """Give what *call* hands its tool, as the model wrote it."""
    match call.content[-1]:
        case JsonMessage(content=content) | TextMessage(content=content):
            return content
        case BytesMessage() | MultipartMessage():
            return None  # no provider makes such a call


def _is_the_end(error: BaseException) -> bool:
    """Tell a cancel or Ctrl-C from what a tool may raise: libraries' panics, asyncio's cancels."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return any(map(_is_the_end, group.exceptions))
    return isinstance(error, trio.Cancelled | KeyboardInterrupt | GeneratorExit)


def _told(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return f"{type(error).__name__}: {error}"
