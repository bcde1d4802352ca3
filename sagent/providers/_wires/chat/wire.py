"""The dialects of Chat Completions, as a wire format."""

from collections.abc import Mapping, Sequence

import attrs

from sagent.lib.json import JsonValue
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.chat.decoder import ChatDecoder
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect
from sagent.providers._wires.chat.encoder import ChatEncoder
from sagent.providers._wires.chat.messages import group_to_chat


@attrs.define(eq=False)
class ChatWire:
    """Chat Completions with the server's own tool calls; see `Wire`."""

    _encoder: ChatEncoder
    _dialect: ChatDialect
    path: str = "chat/completions"

    @classmethod
    def of(
        cls, model_id: str, options: Mapping[str, JsonValue], *, dialect: ChatDialect = ANY_SERVER
    ) -> "ChatWire":
        """Make the wire for *model_id*; *options* are further fields of every request."""
        return cls(ChatEncoder(model_id, options, dialect, group_to_chat), dialect)

    @property
    def efforts(self) -> Sequence[Effort]:
        """The efforts that the model tells apart."""
        return self._dialect.efforts

    @property
    def media_types(self) -> frozenset[str]:
        """The images and documents that the model looks at."""
        return self._dialect.media_types

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        return self._encoder.native(request)

    def decoder(self, request: ModelRequest) -> ChatDecoder:  # noqa: ARG002  # the contract's
        """Make the decoder of one answer."""
        return ChatDecoder(self._dialect)
