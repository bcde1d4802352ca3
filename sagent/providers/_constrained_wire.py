"""The constrained tool protocol, as a wire format."""

from collections.abc import Mapping
from typing import Literal

import attrs

from sagent.lib.json import JsonValue
from sagent.model import ModelRequest
from sagent.providers._chat_decoder import ChatDecoder
from sagent.providers._chat_encoder import ChatEncoder
from sagent.providers._constrained_decoder import ConstrainedDecoder
from sagent.providers._constrained_step import (
    repeats_itself,
    response_format,
    rules,
    step_to_chat,
    with_required_parameters,
)

type Parameters = Literal["all", "required"]
"""Which of a tool's parameters the model may use."""


@attrs.define(eq=False)
class ConstrainedWire:
    """Chat Completions with steps held to a JSON schema; see `Wire`."""

    _encoder: ChatEncoder
    _parameters: Parameters
    path: str = "chat/completions"

    @classmethod
    def of(
        cls,
        model_id: str,
        options: Mapping[str, JsonValue],
        *,
        parameters: Parameters = "all",
    ) -> "ConstrainedWire":
        """Make the wire for *model_id*; *options* are further fields of every request."""
        return cls(ChatEncoder(model_id, options, step_to_chat), parameters)

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        if not request.tools:
            return self._encoder.encode(request, system=request.system, fields={})
        tools = request.tools
        if self._parameters == "required":
            tools = tuple(with_required_parameters(tool) for tool in tools)
        system = f"{request.system}\n\n{rules(tools)}".lstrip()
        offered = () if repeats_itself(request.messages) else tools
        fields = {"response_format": response_format(offered)}
        return self._encoder.encode(request, system=system, fields=fields)

    def decoder(self, request: ModelRequest) -> ChatDecoder | ConstrainedDecoder:
        """Make the decoder of the answer to *request*: without tools it is plain text."""
        return ConstrainedDecoder() if request.tools else ChatDecoder()
