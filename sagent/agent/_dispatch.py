"""Tool calls: every call gets exactly one result, whatever the model wrote and the tool does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

import attrs
import trio

from sagent.agent._event import Emit, ToolCalled, ToolReturned
from sagent.errors import UsageError
from sagent.lib.json import JSON, json_dumps
from sagent.message import (
    BytesMessage,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    get_directive,
    get_queue_id,
    get_tool_name,
    is_message,
)
from sagent.permission import Deny, Policy, ToolUse
from sagent.tool import (
    Binding,
    Concurrency,
    Tool,
    Validator,
    bind_tool,
    concurrency_of,
)

MAX_RESULT_CHARS = 400_000
"""A longer text result is cut; the model is told."""


@attrs.frozen
class _Entry:
    tool: Tool
    validator: Validator
    concurrency: Concurrency


@attrs.frozen
class Dispatcher:
    """Runs the calls of one agent with the agent's own copies of its tools."""

    _agent: str
    _policy: Policy
    _entries: Mapping[str, _Entry]

    @classmethod
    def of(
        cls,
        tools: Iterable[Tool],
        validators: Mapping[str, Validator],
        *,
        binding: Binding,
        policy: Policy,
    ) -> "Dispatcher":
        """Bind *tools*, whose validators stand under their names, to their agent."""
        bound = [bind_tool(tool, binding) for tool in tools]
        entries = {
            tool.name: _Entry(tool, validators[tool.name], concurrency_of(tool)) for tool in bound
        }
        return cls(binding.agent, policy, entries)

    async def run(
        self,
        calls: Sequence[MultipartMessage],
        *,
        emit: Emit,
        finished: Callable[[MultipartMessage, Message], None],
    ) -> None:
        """Run *calls*, telling *finished* each result as it comes.

        Calls of shared tools that stand side by side run at once; an exclusive one runs alone,
        after those before it.
        """
        for batch in self._batches(calls):
            async with trio.open_nursery() as nursery:
                for call in batch:
                    nursery.start_soon(self._complete, call, emit, finished)

    async def _complete(
        self,
        call: MultipartMessage,
        emit: Emit,
        finished: Callable[[MultipartMessage, Message], None],
    ) -> None:
        call_id, name = get_queue_id(call), get_tool_name(call)
        arguments = _arguments(call)
        summary = self._summary(call)
        await emit(ToolCalled(call_id=call_id, name=name, summary=summary, content=arguments))
        result = await self._result(call)
        finished(call, result)
        await emit(ToolReturned(call_id=call_id, name=name, message=result))

    async def _result(self, call: MultipartMessage) -> Message:
        name = get_tool_name(call)
        entry = self._entries.get(name)
        if entry is None:
            return error_message(
                f"No such tool available: {name}. Tools: {', '.join(self._entries) or 'none'}."
            )
        try:
            directive = get_directive(call)
        except UsageError as error:
            return error_message(f"InputValidationError: {name}: {error}. Write them as JSON.")
        if faults := entry.validator.faults(directive):
            return error_message(faults)
        return await self._run(entry.tool, call.content[-1])

    async def _run(self, tool: Tool, directive: Message) -> Message:
        try:
            use = ToolUse(tool=tool, directive=directive, agent=self._agent)
            decision = await self._policy.decide(use)
            if isinstance(decision, Deny):
                return error_message(f"{tool.name} was not permitted: {decision.reason}")
            result = await tool.run(directive)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # news for the model
            return error_message(_told(error))
        if not is_message(result):
            kind = type(result).__name__
            return error_message(f"{tool.name} is broken: it gave a {kind}, not a Message.")
        return _bounded(result)

    def _summary(self, call: MultipartMessage) -> str:
        entry = self._entries.get(get_tool_name(call))
        if entry is None:
            return get_tool_name(call)
        try:
            return entry.tool.summary(call.content[-1])
        except Exception:  # noqa: BLE001  # a summary is decoration; arguments are not checked yet
            return entry.tool.name

    def _batches(self, calls: Sequence[MultipartMessage]) -> list[list[MultipartMessage]]:
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


def _arguments(call: MultipartMessage) -> JSON:
    match call.content[-1]:
        case JsonMessage(content=content) | TextMessage(content=content):
            return content
        case BytesMessage() | MultipartMessage():
            return None  # no provider makes such a call


def _told(error: Exception | SystemExit) -> str:
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return f"{type(error).__name__}: {error}"


def _bounded(result: Message) -> Message:
    if isinstance(result, TextMessage) and len(result.content) > MAX_RESULT_CHARS:
        half = MAX_RESULT_CHARS // 2
        omitted = len(result.content) - 2 * half
        cut = f"{result.content[:half]}\n... [{omitted} characters omitted] ...\n"
        return attrs.evolve(result, content=cut + result.content[-half:])
    if isinstance(result, MultipartMessage):
        return attrs.evolve(result, content=tuple(_bounded(part) for part in result.content))
    if isinstance(result, JsonMessage):
        text = json_dumps(result.content)
        return result if len(text) <= MAX_RESULT_CHARS else _bounded(TextMessage(text))
    return result
