"""Tool calls: every call gets exactly one result, whatever the model wrote and the tool does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import cast

import attrs
import trio

from sagent.agent._allowance import Allowance
from sagent.agent._ending import raise_end
from sagent.agent._event import Emit
from sagent.agent._large_results import LargeResults, chars_of
from sagent.agent._placement import HERE, Placement
from sagent.agent._progress import Stream, reported
from sagent.agent._reminders import Reminders
from sagent.agent._room import Room
from sagent.agent._toolbox import Toolbox, Traits
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
    Report,
    StreamingTool,
    Tool,
    bind_tool,
    summary_of,
)

_LATE = (
    "{tool} was stopped after {seconds:g} s, which is all it may take; it may have had effects. "
    "Ask it for less, or go about it in another way."
)

type BeforeChange = Callable[[MultipartMessage], Awaitable[None]]
"""Told of a call before it may change files."""

type _Stream = Callable[[Stream, Message, MultipartMessage], Awaitable[Message]]
"""Runs a tool that shows how it gets on."""


@attrs.frozen
class Dispatcher:
    """Runs the calls of one agent with the agent's own copies of its tools."""

    _agent: str
    _policy: Policy
    _tools: Mapping[str, Tool]
    _traits: Mapping[str, Traits]
    _reminders: Reminders
    _before_change: BeforeChange
    _large_results: LargeResults

    @classmethod
    def of(
        cls,
        toolbox: Toolbox,
        *,
        binding: Binding,
        policy: Policy,
        reminders: Reminders,
        before_change: BeforeChange,
        large_results: LargeResults,
    ) -> "Dispatcher":
        """Bind the tools of *toolbox* to their agent."""
        tools = {tool.name: bind_tool(tool, binding) for tool in toolbox.tools}
        return cls(
            binding.agent,
            policy,
            tools,
            toolbox.traits_of(tools),
            reminders,
            before_change,
            large_results,
        )

    def room(self) -> Room:
        """Tell what the results of a response may have of the conversation."""
        return self._large_results.room()

    def placement(self, call: MultipartMessage) -> Placement:
        """Tell where *call* is to run."""
        traits = self._traits.get(get_tool_name(call))
        return traits.placing.of(call) if traits else HERE

    def batches(self, calls: Sequence[MultipartMessage]) -> list[list[MultipartMessage]]:
        """Part *calls* into batches, each to be run at once and after those before it.

        Calls of shared tools that stand side by side make a batch; an exclusive one runs alone.
        """
        batches: list[list[MultipartMessage]] = []
        open_to_others = False
        for call in calls:
            traits = self._traits.get(get_tool_name(call))
            shared = traits is None or traits.concurrency == "shared"
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
        traits = self._traits.get(name)
        if traits is None:
            return error_message(
                f"No such tool available: {name}. Tools: {', '.join(self._traits) or 'none'}."
            )
        try:
            get_directive(call)
        except UsageError as error:
            return error_message(f"InputValidationError: {name}: {error}. Write them as JSON.")
        directive = traits.placing.without(call.content[-1])
        if faults := traits.validator.faults(get_directive(directive)):
            lean = _without_nulls(directive)
            if lean is None or traits.validator.faults(get_directive(lean)):
                return error_message(faults)
            directive = lean
        result = await self._run(traits, call, directive, partial(reported, emit=emit, heard=heard))
        if fault := fault_of(result):
            return error_message(f"{name} is broken: {fault}.")
        result = await self._fitted(traits, call, result, room)
        return self._reminders.added(name, directive, result)

    async def _fitted(
        self, traits: Traits, call: MultipartMessage, result: Message, room: Room
    ) -> Message:
        most_chars = traits.max_result_chars or room.most_chars
        chars = chars_of(result)
        if chars > most_chars:
            result = await self._large_results.fitted(
                result, call, most_chars=most_chars, tools=self._traits
            )
            chars = chars_of(result)
        room.take(chars)
        return result if isinstance(result, TextMessage) else Allowance().bounded(result)

    async def _run(
        self, traits: Traits, call: MultipartMessage, directive: Message, stream: _Stream
    ) -> Message:
        tool = self._tools[traits.spec.name]
        try:
            use = ToolUse(tool=tool, directive=directive, agent=self._agent)
            decision = await self._policy.decide(use)
            if isinstance(decision, Deny):
                return error_message(f"{tool.name} was not permitted: {decision.reason}")
            if traits.changes:
                await self._before_change(call)
            if traits.deadline_s is None:
                return await _work(tool, traits, call, directive, stream)
            with trio.move_on_after(traits.deadline_s):
                return await _work(tool, traits, call, directive, stream)
            return error_message(_LATE.format(tool=tool.name, seconds=traits.deadline_s))
        except BaseException as error:  # noqa: BLE001  # news for the model, unless it is the program's end
            raise_end(error, tool.name)
            return error_message(_told(error))

    def summary(self, call: MultipartMessage) -> str:
        """Describe *call* in a few words, for people."""
        name = get_tool_name(call)
        tool = self._tools.get(name)
        return name if tool is None else summary_of(tool, call.content[-1])


async def _work(
    tool: Tool, traits: Traits, call: MultipartMessage, directive: Message, stream: _Stream
) -> Message:
    if traits.streams:
        streaming = cast("StreamingTool", tool)  # as its traits say
        return await stream(streaming.stream, directive, call)
    return await tool.run(directive)


def _without_nulls(directive: Message) -> Message | None:
    """Leave out what is null, as some models write what they leave out; None if nothing is."""
    arguments = get_directive(directive)
    kept = {name: value for name, value in arguments.items() if value is not None}
    if len(kept) == len(arguments):
        return None
    return JsonMessage(kept, directive.descriptor, parent_id=directive.parent_id)


def arguments_of(call: MultipartMessage) -> JSON:
    """Give what *call* hands its tool, as the model wrote it."""
    match call.content[-1]:
        case JsonMessage(content=content) | TextMessage(content=content):
            return content
        case BytesMessage() | MultipartMessage():
            return None  # no provider makes such a call


def _told(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return "; ".join(dict.fromkeys(map(_told, group.exceptions)))
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name
