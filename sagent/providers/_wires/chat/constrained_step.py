"""Tool calls for models that call tools badly: every step is one JSON object, held to a schema.

A small model's own tool-call template is unreliable; a decoder that cannot leave the schema is
not. The step is either a call, ``{"tool": NAME, "arguments": {...}}``, or the end,
``{"answer": TEXT}``. Servers take the schema as ``response_format`` (llama.cpp, vLLM, SGLang,
Ollama, OpenAI).
"""

import json
import re
from collections.abc import Mapping, Sequence

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JSON, JsonValue, json_unfreeze
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    get_directive,
    get_tool_name,
    is_error,
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.providers._wires.chat.dialect import ChatDialect
from sagent.providers._wires.chat.messages import (
    ChatMessage,
    media_in,
    text_part,
    user_message,
    user_parts,
)
from sagent.tool import ToolSpec

_RULES = """\
Reply with one JSON object and nothing else.
To use a tool: {{"tool": NAME, "arguments": {{...}}}}
When you know the answer: {{"answer": TEXT}}

Tools:
{tools}

You know nothing about the files until you read them with a tool. Never guess what is in a file: \
use a tool first, then answer from its result, briefly and exactly.

Example
user: What is the title in notes.txt?
you: {call}
user: Result: 1\ttitle: Tides
you: {{"answer": "The title is Tides."}}"""


_NEXT = "Answer the question from this. Only if it is not in there, use another tool."
_WORD = re.compile(r"[\w.~/-]+")
_PUNCTUATION = "./~-"


def rules(tools: tuple[ToolSpec, ...]) -> str:
    """Explain the protocol and *tools* to a small model, in as few words as do."""
    lines = "\n".join(f"- {_signature(tool)}" for tool in tools)
    arguments = dict.fromkeys(_required(tools[0]), "notes.txt")
    call = json.dumps({"tool": tools[0].name, "arguments": arguments})
    return _RULES.format(tools=lines, call=call)


def with_required_parameters(tool: ToolSpec) -> ToolSpec:
    """Give *tool* without its optional parameters, which the smallest models fill in at random."""
    schema = tool.directive_schema
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(schema, Mapping) or not isinstance(properties, Mapping):
        return tool
    kept = {name: properties[name] for name in _required(tool) if name in properties}
    return attrs.evolve(tool, directive_schema={**schema, "properties": kept})


def _required(tool: ToolSpec) -> tuple[str, ...]:
    schema = tool.directive_schema
    names = schema.get("required") if isinstance(schema, Mapping) else None
    return tuple(str(name) for name in names) if isinstance(names, tuple) else ()


@attrs.frozen
class Offer:
    """What the next step may be: a call of one of the tools, the answer, or either."""

    tools: tuple[ToolSpec, ...]
    answer: bool = True
    answer_schema: Mapping[str, JSON] | None = None
    """What the answer is to be like; None for text."""

    def response_format(self) -> JsonValue:
        """Hold the step to the offer."""
        steps = [_call_of(tool) for tool in self.tools]
        if self.answer:
            asked = self.answer_schema
            answer: JsonValue = {"type": "string"} if asked is None else json_unfreeze(asked)
            steps.append(_closed({"answer": answer}))
        schema: JsonValue = {"anyOf": [*steps]}
        return {
            "type": "json_schema",
            "json_schema": {"name": "step", "strict": True, "schema": schema},
        }


def _call_of(tool: ToolSpec) -> JsonValue:
    arguments = json_unfreeze(tool.directive_schema)
    return _closed({"tool": {"const": tool.name}, "arguments": arguments})


@attrs.frozen
class Search:
    """How far a turn has come in looking at the files that its prompt names."""

    files: int
    found: int
    """How many tools have succeeded since."""

    @classmethod
    def in_turn(cls, messages: Sequence[Message]) -> "Search":
        """Read it out of the last turn of *messages*."""
        found = 0
        for message in reversed(messages):
            if not _is_of_turn(message):
                return cls(_count_files(_prompt_in(message)), found)
            if message.descriptor == Descriptor.TOOL_RESULT and not is_error(message):
                found += 1
        return cls(0, found)


def _is_of_turn(message: Message) -> bool:
    """Tell whether *message* is of the turn that a prompt began, and not the prompt."""
    return message.descriptor in {Descriptor.MODEL, Descriptor.TOOL_RESULT}


def _prompt_in(message: Message) -> str:
    return message.content if isinstance(message, TextMessage) else response_text(message)


def _count_files(prompt: str) -> int:
    words = {word.rstrip(_PUNCTUATION) for word in _WORD.findall(prompt)}
    return sum(map(_is_file_name, words))


def _is_file_name(word: str) -> bool:
    return ("." in word or "/" in word) and any(map(str.isalpha, word))


def repeats_itself(messages: Sequence[Message]) -> bool:
    """Tell whether the last call says what an earlier one of its turn said already.

    A small model that is lost asks for the same thing for ever; it will not find more in it.
    """
    seen: list[tuple[str, object]] = []
    for message in reversed(messages):
        if not _is_of_turn(message):
            break
        calls = response_tool_calls(message)
        seen += [(get_tool_name(call), call.content[-1].content) for call in calls]
    return len(seen) > 1 and seen[0] in seen[1:]


def _closed(properties: dict[str, JsonValue]) -> JsonValue:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _signature(tool: ToolSpec) -> str:
    schema = tool.directive_schema
    properties: JSON = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    names = ", ".join(properties) if isinstance(properties, Mapping) else ""
    summary = tool.description.strip().partition("\n")[0].partition(". ")[0].rstrip(".")
    return f"{tool.name}({names}): {summary}" if summary else f"{tool.name}({names})"


def steps_to_chat(
    group: Sequence[Message],
    before: Message | None,  # noqa: ARG001  # the contract's
    dialect: ChatDialect,
) -> list[ChatMessage]:
    """Write a group: calls and answers as steps, results as the user's."""
    return [_step_to_chat(message, dialect) for message in group]


def _step_to_chat(message: Message, dialect: ChatDialect) -> ChatMessage:
    match message:
        case MultipartMessage(descriptor=Descriptor.MODEL):
            return {"role": "assistant", "content": _step(message)}
        case MultipartMessage(descriptor=Descriptor.TOOL_RESULT):
            word = "Error" if is_error(message) else "Result"
            text = text_part(f"{word}: {result_text(message)}\n\n{_NEXT}")
            return user_message([text, *media_in(message, dialect)], dialect)
        case _:
            return user_message([*user_parts(message, dialect)], dialect)


def _step(message: MultipartMessage) -> str:
    calls = response_tool_calls(message)
    if not calls:
        return json.dumps({"answer": response_text(message)}, ensure_ascii=False)
    return "\n".join(_call(call) for call in calls)


def _call(call: MultipartMessage) -> str:
    try:
        arguments = json_unfreeze(get_directive(call))
    except UsageError:
        arguments = {}
    return json.dumps({"tool": get_tool_name(call), "arguments": arguments}, ensure_ascii=False)
