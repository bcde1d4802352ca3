"""The dialect of Chat Completions, as a wire format."""

from collections.abc import Mapping

import attrs

from sagent.lib.json import JsonValue
from sagent.model import ModelRequest
from sagent.providers._chat_decoder import ChatDecoder
from sagent.providers._chat_encoder import ChatEncoder, message_to_chat


@attrs.define(eq=False)
class ChatWire:
    """Chat Completions with the server's own tool calls; see `Wire`."""

    _encoder: ChatEncoder
    path: str = "chat/completions"

    @classmethod
    def of(cls, model_id: str, options: Mapping[str, JsonValue]) -> "ChatWire":
        """Make the wire for *model_id*; *options* are further fields of every request."""
        return cls(ChatEncoder(model_id, options, message_to_chat))

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        fields = {"tools": self._encoder.tools(request.tools)} if request.tools else {}
        return self._encoder.encode(request, system=request.system, fields=fields)

    def decoder(self, request: ModelRequest) -> ChatDecoder:  # noqa: ARG002  # the contract's
        """Make the decoder of one answer."""
        return ChatDecoder()
