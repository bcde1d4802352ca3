"""Requests of the Responses API.

Source: https://platform.openai.com/docs/api-reference/responses/create.
"""

from collections.abc import Mapping

import attrs

from sagent.lib.json import JsonValue
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.echo import portable_id
from sagent.providers._wires.responses.items import InputItems
from sagent.providers._wires.responses.schema import text_format, tool_to_function
from sagent.providers._wires.transcript import dump
from sagent.tool import ToolSpec

_FEWEST_TOKENS = 16
"""OpenAI refuses a lower cap."""
_OURS = frozenset({"input", "stream", "tools"})
"""Fields that options do not replace."""
_COUNTED = frozenset(
    {
        "instructions",
        "model",
        "parallel_tool_calls",
        "reasoning",
        "text",
        "tool_choice",
        "truncation",
    }
)
"""Fields that the counting of tokens takes."""


@attrs.define
class ResponsesEncoder:
    """Writes requests; what a history was written as is kept while the history grows.

    Nothing is stored with the vendor: reasoning travels to and fro encrypted. `effort` becomes
    ``reasoning.effort`` with a summary; "max" is "xhigh" there, and "none" has no summary. Models
    that reason refuse a temperature, so it is sent only where no effort is asked for. The vendor
    caches prompts by itself; `cache_key` says which requests belong together.
    """

    _model_id: str
    _options: Mapping[str, JsonValue]
    """Further fields of every request. They win over ours; objects are merged, tools added."""
    _items: InputItems = attrs.field(factory=InputItems, init=False)
    _tools: tuple[tuple[ToolSpec, ...], bytes] | None = attrs.field(default=None, init=False)

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as a streaming request's body."""
        return self._body(request, {**self._fields(request), "stream": True})

    def count_tokens_body(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a request that counts its tokens."""
        fields = self._fields(request)
        return self._body(request, {key: fields[key] for key in fields if key in _COUNTED})

    def _body(self, request: ModelRequest, fields: Mapping[str, JsonValue]) -> bytes:
        tools = self._tools_of(request.tools)
        more = b',"tools":%b' % tools if tools != b"[]" else b""
        items = self._items.encode(request.messages)
        return b'%b%b,"input":[%b]}' % (dump(dict(fields))[:-1], more, items)

    def _tools_of(self, tools: tuple[ToolSpec, ...]) -> bytes:
        if self._tools is None or self._tools[0] is not tools:
            more = self._options.get("tools")
            hosted = more if isinstance(more, list) else []
            self._tools = tools, dump([*map(tool_to_function, tools), *hosted])
        return self._tools[1]

    def _fields(self, request: ModelRequest) -> dict[str, JsonValue]:
        fields: dict[str, JsonValue] = {
            "model": self._model_id,
            "store": False,
            "include": ["reasoning.encrypted_content"],
        }
        if request.system:
            fields["instructions"] = request.system
        if request.max_response_tokens is not None:
            fields["max_output_tokens"] = max(request.max_response_tokens, _FEWEST_TOKENS)
        if request.effort is not None:
            fields["reasoning"] = _reasoning(request.effort)
        if request.temperature is not None and request.effort in {None, "none"}:
            fields["temperature"] = request.temperature
        if request.output_schema is not None:
            fields["text"] = {"format": text_format(request.output_schema)}
        if request.cache_key:
            fields["prompt_cache_key"] = portable_id(request.cache_key)
        for key, option in self._options.items():
            if key not in _OURS:
                fields[key] = _merged(fields.get(key), option)
        return fields


def _reasoning(effort: Effort) -> JsonValue:
    if effort == "none":
        return {"effort": "none"}
    return {"effort": "xhigh" if effort == "max" else effort, "summary": "auto"}


def _merged(ours: JsonValue, option: JsonValue) -> JsonValue:
    return {**ours, **option} if isinstance(ours, dict) and isinstance(option, dict) else option
