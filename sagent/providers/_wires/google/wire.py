"""Gemini's generateContent, as a wire format.

Source: https://ai.google.dev/api/generate-content and .../gemini-api/docs/thinking.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import attrs

from sagent.errors import ProtocolError
from sagent.lib.json import JSON, JsonValue, json_unfreeze
from sagent.model import EFFORTS, Effort, ModelRequest
from sagent.providers._wires.fields import fields_of
from sagent.providers._wires.google.decoder import GoogleDecoder
from sagent.providers._wires.google.encoder import MEDIA_TYPES, GoogleEncoder
from sagent.providers._wires.transcript import dump
from sagent.tool import ToolSpec

type Fields = dict[str, JsonValue]

_VERSION = re.compile(r"gemini-(\d+)(?:\.(\d+))?")
_NEWEST = (99, 0)
_BUDGETED = (2, 5)
"""The first version that thinks, within a budget."""
_LEVELLED = (3, 0)
"""The first that thinks by levels, wants signatures, and takes a schema beside tools."""
_LEVELS: Mapping[Effort, str] = {
    "none": "MINIMAL",
    "minimal": "MINIMAL",
    "low": "LOW",
    "medium": "MEDIUM",
    "high": "HIGH",
    "xhigh": "HIGH",
    "max": "HIGH",
}
_HAS_MINIMAL = re.compile(r"flash-lite|gemini-3-flash|gemini-3\.5-flash")
"""The others refuse it, and LOW is the least they have."""
_BUDGETS: Mapping[Effort, int] = {
    "none": 0,
    "minimal": 512,
    "low": 1024,
    "medium": 8192,
    "high": 24576,
    "xhigh": 32768,
    "max": 32768,
}
_PRO_BUDGET = (128, 32768)
_FLASH_BUDGET = (0, 24576)


@attrs.define(eq=False)
class GoogleWire:
    """Gemini's own format; see `Wire`.

    Effort is a `thinkingLevel` from Gemini 3 on, which has no more than MINIMAL ("none" and
    "minimal"; LOW where a model refuses that), LOW, MEDIUM and HIGH ("high" and above). Gemini 2.5
    has a `thinkingBudget`: 0, 512, 1024, 8192, 24576, and 32768 for "xhigh" and "max", each as
    near as the model takes it: 2.5 Pro takes 128 to 32768, the others up to 24576. Older models
    are sent none. With an effort but "none", summaries of the thoughts are asked for.
    """

    _model_id: str
    _options: Mapping[str, JsonValue]
    """Further fields of every request."""
    _encoder: GoogleEncoder
    _tools: tuple[tuple[ToolSpec, ...], bytes] | None = attrs.field(default=None, init=False)

    @classmethod
    def of(cls, model_id: str, options: Mapping[str, JsonValue]) -> "GoogleWire":
        """Make the wire for *model_id*; *options* are further fields of every request."""
        return cls(model_id, options, GoogleEncoder(signs=_version(model_id) >= _LEVELLED))

    @property
    def path(self) -> str:
        """Where requests go, below the base URL."""
        return f"{quote(self._resource)}:streamGenerateContent?alt=sse"

    @property
    def count_tokens_path(self) -> str:
        """Where the bodies of `count_tokens_body` go, below the base URL."""
        return f"{quote(self._resource)}:countTokens"

    @property
    def efforts(self) -> Sequence[Effort]:
        """The efforts that the model tells apart."""
        version = _version(self._model_id)
        if version < _BUDGETED:
            return ()
        if version < _LEVELLED:
            never = "none" if "pro" in self._model_id else "xhigh"
            return tuple(each for each in EFFORTS if each not in {never, "max"})
        least: tuple[Effort, ...] = ("minimal",) if _HAS_MINIMAL.search(self._model_id) else ()
        return (*least, "low", "medium", "high")

    @property
    def media_types(self) -> frozenset[str]:
        """The images and documents that the model looks at."""
        return MEDIA_TYPES

    @property
    def _resource(self) -> str:
        return self._model_id if "/" in self._model_id else f"models/{self._model_id}"

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST.

        Models before Gemini 3 refuse an output schema beside tools: they are told of it in words.
        """
        system, schema = request.system, request.output_schema
        if schema is not None and request.tools and _version(self._model_id) < _LEVELLED:
            told = f"Answer with JSON that fits this schema: {dump(_schema(schema)).decode()}"
            system, schema = f"{system}\n\n{told}" if system else told, None
        fields: Fields = {"systemInstruction": {"parts": [{"text": system}]}} if system else {}
        fields |= self._options
        fields.pop("tools", None)
        if config := self._config(request, schema):
            fields["generationConfig"] = config
        members = [dump(fields)[1:-1]] if fields else []
        if tools := self._written_tools(request.tools):
            members.append(b'"tools":' + tools)
        members.append(b'"contents":[%b]' % self._encoder.encode(request.messages))
        return b"{%b}" % b",".join(members)

    def decoder(self, request: ModelRequest) -> GoogleDecoder:  # noqa: ARG002  # the contract's
        """Make the decoder of one answer."""
        return GoogleDecoder()

    def tokens_in(self, answer: JSON) -> int:
        """Read the answer to `count_tokens_body`; see `tokens_from`."""
        return tokens_from(answer)

    def count_tokens_body(self, request: ModelRequest) -> bytes:
        """Write the body that asks for the number of tokens in *request*; see `tokens_from`."""
        model = dump(self._resource)
        return b'{"generateContentRequest":{"model":%b,%b}' % (model, self.encode(request)[1:])

    def _config(self, request: ModelRequest, schema: JSON) -> Fields:
        config: Fields = {}
        if request.max_response_tokens is not None:
            config["maxOutputTokens"] = request.max_response_tokens
        if request.temperature is not None:
            config["temperature"] = request.temperature
        if schema is not None:
            config["responseMimeType"] = "application/json"
            config["responseJsonSchema"] = _schema(schema)
        if thinking := _thinking(self._model_id, request.effort):
            config["thinkingConfig"] = thinking
        theirs = self._options.get("generationConfig")
        return config | theirs if isinstance(theirs, dict) else config

    def _written_tools(self, tools: tuple[ToolSpec, ...]) -> bytes:
        """Write *tools*, and beside them those of the options; those of the last call are kept."""
        if self._tools is None or self._tools[0] is not tools:
            theirs = self._options.get("tools")
            written: list[JsonValue] = []
            if tools:
                written.append({"functionDeclarations": [*map(_declaration, tools)]})
            written += theirs if isinstance(theirs, list) else []
            self._tools = tools, dump(written) if written else b""
        return self._tools[1]


def tokens_from(body: JSON) -> int:
    """Read the answer to `GoogleWire.count_tokens_body`.

    Raises:
        ProtocolError: it is none.
    """
    total = fields_of(body).get("totalTokens")
    if not isinstance(total, int):
        raise ProtocolError(
            "Google's answer to countTokens says no totalTokens: check the base URL"
        )
    return total


def _declaration(tool: ToolSpec) -> JsonValue:
    return {
        "name": tool.name,
        "description": tool.description,
        "parametersJsonSchema": _schema(tool.directive_schema),
    }


def _schema(schema: JSON) -> JsonValue:
    plain = json_unfreeze(schema)
    if isinstance(plain, dict):
        plain.pop("$schema", None)  # the one keyword that Gemini refuses
    return plain


def _version(model_id: str) -> tuple[int, int]:
    """Read the version in a model's name; ``gemini-flash-latest`` and its kind are the newest."""
    if match := _VERSION.search(model_id):
        return int(match[1]), int(match[2] or 0)
    return _NEWEST if "gemini" in model_id else (0, 0)


def _thinking(model_id: str, effort: Effort | None) -> Fields:
    version = _version(model_id)
    if effort is None or version < _BUDGETED:
        return {}
    thoughts: Fields = {"includeThoughts": True} if effort != "none" else {}
    if version >= _LEVELLED:
        level = _LEVELS[effort]
        if level == "MINIMAL" and not _HAS_MINIMAL.search(model_id):
            level = "LOW"
        return {"thinkingLevel": level, **thoughts}
    least, most = _PRO_BUDGET if "pro" in model_id else _FLASH_BUDGET
    return {"thinkingBudget": min(max(_BUDGETS[effort], least), most), **thoughts}
