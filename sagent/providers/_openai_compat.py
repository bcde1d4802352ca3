from collections.abc import Mapping
from typing import ClassVar, Literal

import attrs

from sagent.lib.json import JSON, JsonValue
from sagent.model import ModelInfo
from sagent.providers._listing import Listing
from sagent.providers._provider import HttpProvider
from sagent.providers._wires.chat.constrained_wire import ConstrainedWire
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect
from sagent.providers._wires.chat.wire import ChatWire
from sagent.providers._wires.fields import fields_of, number_in, objects_in, text_in
from sagent.providers._wires.wire import Wire

type ToolProtocol = Literal["native", "constrained"]
"""Whether a model calls tools by the server's own protocol or by schema-held JSON steps."""

_WINDOWS = ("max_model_len", "context_length", "context_window")
"""What vLLM and SGLang, OpenRouter and Together, and Groq call a model's window."""
_LONGEST = ("max_completion_tokens", "max_output_tokens")


@attrs.frozen(kw_only=True)
class OpenAICompat(HttpProvider):
    """Any server that speaks Chat Completions, under any base URL.

    Args:
        base_url: where the API lives, usually up to and with ``/v1``.
        key: sent as a Bearer token; "" sends none, which loopback servers take.
        tool_protocol: "constrained" for models that call tools badly.
        dialect: how the server differs from others, where it does.
        options: further fields of every request, in the server's own words.
    """

    NAME: ClassVar[str] = "OpenAICompat"
    WIRE: ClassVar[str] = ANY_SERVER.wire
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("OPENAI_COMPAT_API_KEY", "OPENAI_API_KEY")
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("OPENAI_COMPAT_BASE_URL",)

    tool_protocol: ToolProtocol = "native"
    dialect: ChatDialect = ANY_SERVER

    def wire(self, model_id: str) -> Wire:
        """Make the wire format for a model."""
        if self.tool_protocol == "constrained":
            return ConstrainedWire.of(model_id, self.options, dialect=self.dialect)
        return ChatWire.of(model_id, self.options, dialect=self.dialect)

    def extra_fields(self) -> Mapping[str, JsonValue]:
        """Give the fields of every request that are not sagent's own: the dialect's, too."""
        return {**self.dialect.fields, **self.options}

    def listing(self) -> Listing:
        """Say how the vendor lists its models."""
        return Listing(parse=models_from)


def models_from(body: JSON) -> tuple[ModelInfo, ...]:
    """Read the vendor's list of models.

    Windows are told by vLLM, SGLang, llama.cpp (in ``meta``) and most gateways; not by Ollama.
    """
    return tuple(
        ModelInfo(
            model_id=text_in(model, "id"),
            context_window=next(filter(None, (number_in(model, key) for key in _WINDOWS)), 0)
            or number_in(fields_of(model.get("meta")), "n_ctx")
            or None,
            max_output_tokens=next(filter(None, (number_in(model, key) for key in _LONGEST)), None),
        )
        for model in objects_in(fields_of(body).get("data"))
        if text_in(model, "id")
    )
