"""Requests to Anthropic's Messages API.

Source: https://platform.claude.com/docs/en/api/messages
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import Message
from sagent.model import ModelRequest
from sagent.providers._wires.anthropic.content import (
    GO_ON,
    NOTHING_SAID,
    Before,
    Block,
    results_missing,
    text,
    turn,
    written,
)
from sagent.providers._wires.anthropic.family import Family
from sagent.providers._wires.anthropic.schema import input_schema, output_schema
from sagent.providers._wires.transcript import Transcripts, dump
from sagent.tool import ToolSpec

type CacheTtl = Literal["5m", "1h"]
"""How long the API keeps what it cached, from its last use."""

_COUNTED = frozenset(
    {"model", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"}
)
"""What the endpoint that counts tokens takes, beside the messages."""
_MANY_BLOCKS = 15
"""The API looks for what it has cached at most 20 blocks before a breakpoint."""


@attrs.frozen(kw_only=True)
class Dialect:
    """What a wire for one model at one server sends.

    Attributes:
        model_id: the model.
        options: further fields of every request, which win over ours; tools are added to ours.
        wire: whose echoes are sent back.
        family: what the model takes.
        cache_ttl: how long the server is to cache a conversation; None sends no breakpoints.
        max_response_tokens: what to ask for if a request does not say; None for the family's.
        drops_unbound: whether the server is asked to leave out thinking that what was sent before
            it no longer fits, as after a compaction, where the model would refuse the request.
    """

    model_id: str
    options: Mapping[str, JsonValue]
    wire: str
    family: Family
    cache_ttl: CacheTtl | None = "5m"
    max_response_tokens: int | None = None
    drops_unbound: bool = False


@attrs.define
class AnthropicEncoder:
    """Writes requests; the turns before the last are written once.

    The effort of a request becomes ``thinking`` and ``output_config.effort`` as `Family` says; None
    sends neither. A temperature is left out for models that refuse it, and beside thinking. There
    is nothing like `ModelRequest.cache_key`: breakpoints lie on the system prompt, or else on the
    last tool, and on the end of the conversation.
    """

    _dialect: Dialect
    _transcripts: Transcripts[Before] = attrs.field(init=False)
    _tools: tuple[tuple[ToolSpec, ...], bool, bytes] | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._transcripts = Transcripts(self._close, Before())

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST that streams."""
        return self._body(request, {**self._fields(request), "stream": True})

    def count(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST that counts its tokens."""
        fields = self._fields(request)
        return self._body(request, {key: fields[key] for key in fields if key in _COUNTED})

    def _body(self, request: ModelRequest, fields: Mapping[str, JsonValue]) -> bytes:
        head = {key: value for key, value in fields.items() if key not in {"tools", "messages"}}
        tools = self._tools_of(request, fields.get("tools"))
        more = b',"tools":%b' % tools if tools else b""
        return b'%b%b,"messages":[%b]}' % (dump(head)[:-1], more, self._turns(request.messages))

    def _fields(self, request: ModelRequest) -> dict[str, JsonValue]:
        dialect, options = self._dialect, self._dialect.options
        most = request.max_response_tokens or dialect.max_response_tokens
        fields: dict[str, JsonValue] = {
            "model": dialect.model_id,
            "max_tokens": most or dialect.family.max_response_tokens,
        }
        if request.system.strip():
            fields["system"] = [self._marked(text(request.system))]
        config = self._think(request, fields)
        if request.output_schema is not None:
            schema = output_schema(json_unfreeze(request.output_schema))
            config["format"] = {"type": "json_schema", "schema": schema}
        if request.temperature is not None:
            fields["temperature"] = min(request.temperature, 1.0)
        own_config = options.get("output_config")
        fields |= options
        if config:
            fields["output_config"] = config | (own_config if isinstance(own_config, dict) else {})
        if "temperature" not in options and not self._takes_temperature(fields.get("thinking")):
            fields.pop("temperature", None)
        return fields

    def _think(self, request: ModelRequest, fields: dict[str, JsonValue]) -> dict[str, JsonValue]:
        family, most = self._dialect.family, self._dialect.options.get("max_tokens")
        max_tokens = most if isinstance(most, int) else fields["max_tokens"]
        assert isinstance(max_tokens, int)
        binds = family.bound and self._dialect.drops_unbound
        thinking: Block | None = None
        effort: str | None = None
        if request.effort is not None:
            thinking, effort = family.thinking_for(request.effort, max_tokens=max_tokens)
        elif binds:
            thinking = {"type": "adaptive", "display": "summarized"}  # what these do unasked
        if thinking is not None:
            if binds and thinking["type"] == "adaptive":
                thinking["block_binding"] = {"prefix_mismatch_behavior": "drop_block"}
            fields["thinking"] = thinking
        return {"effort": effort} if effort else {}

    def _takes_temperature(self, thinking: JsonValue) -> bool:
        thinks = isinstance(thinking, dict) and thinking.get("type") != "disabled"
        return self._dialect.family.sampling and not thinks

    def _tools_of(self, request: ModelRequest, hosted: JsonValue) -> bytes:
        more = hosted if isinstance(hosted, list) else []
        marks = not request.system.strip()
        if self._tools is None or self._tools[0] is not request.tools or self._tools[1] != marks:
            tools: list[JsonValue] = [*more, *map(_tool, request.tools)]
            if tools and marks:
                last = tools[-1]
                tools[-1] = self._marked(last) if isinstance(last, dict) else last
            self._tools = request.tools, marks, dump(tools) if tools else b""
        return self._tools[2]

    def _turns(self, messages: Sequence[Message]) -> bytes:
        turns = self._transcripts.encode(messages, last=self._open)
        return turns or dump(turn("user", [self._marked(text(NOTHING_SAID))]))

    def _close(self, group: Sequence[Message], before: Before) -> tuple[list[Block], Before]:
        return written(group, before, self._dialect.wire)

    def _open(self, group: Sequence[Message], before: Before) -> tuple[list[Block], Before]:
        turns, after = written(group, before, self._dialect.wire)
        if not turns or turns[-1]["role"] == "assistant":
            # Current models refuse to go on with a turn of their own.
            unsaid = text(GO_ON if after.begun else NOTHING_SAID)
            turns.append(turn("user", results_missing(after.open_calls) or [unsaid]))
        content = turns[-1]["content"]
        assert isinstance(content, list)
        for place in {0, -1} if len(content) > _MANY_BLOCKS else {-1}:
            block = content[place]
            assert isinstance(block, dict)
            content[place] = self._marked(block)
        return turns, after

    def _marked(self, block: Block) -> Block:
        match self._dialect.cache_ttl:
            case None:
                return block
            case "5m":
                return {**block, "cache_control": {"type": "ephemeral"}}
            case "1h":
                return {**block, "cache_control": {"type": "ephemeral", "ttl": "1h"}}


def _tool(tool: ToolSpec) -> JsonValue:
    told: Block = {"description": tool.description} if tool.description.strip() else {}
    schema = input_schema(json_unfreeze(tool.directive_schema))
    return {"name": tool.name, **told, "input_schema": schema}
