"""The Responses API, as a wire format."""

from collections.abc import Mapping, Sequence

import attrs

from sagent.errors import ProtocolError
from sagent.lib.json import JSON, JsonValue
from sagent.model import EFFORTS, Effort, ModelRequest
from sagent.providers._wires.fields import fields_of
from sagent.providers._wires.responses.decoder import ResponsesDecoder
from sagent.providers._wires.responses.encoder import ResponsesEncoder
from sagent.providers._wires.responses.items import MEDIA_TYPES


@attrs.define(eq=False)
class ResponsesWire:
    """The Responses API, with nothing stored by the vendor; see `Wire`."""

    _encoder: ResponsesEncoder
    path: str = "responses"
    count_tokens_path: str = "responses/input_tokens"
    efforts: Sequence[Effort] = EFFORTS[:-1]
    """What models have together; each has some of them, and refuses the others itself."""
    media_types: frozenset[str] = MEDIA_TYPES

    @classmethod
    def of(cls, model_id: str, options: Mapping[str, JsonValue]) -> "ResponsesWire":
        """Make the wire for *model_id*; *options* are further fields of every request."""
        return cls(ResponsesEncoder(model_id, options))

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        return self._encoder.encode(request)

    def tokens_in(self, answer: JSON) -> int:
        """Read the answer to `count_tokens_body`; see `tokens_from`."""
        return tokens_from(answer)

    def count_tokens_body(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST to `count_tokens_path`."""
        return self._encoder.count_tokens_body(request)

    def decoder(self, request: ModelRequest) -> ResponsesDecoder:  # noqa: ARG002  # the contract's
        """Make the decoder of one answer."""
        return ResponsesDecoder()


def tokens_from(body: JSON) -> int:
    """Read the answer to a request that counts tokens.

    Raises:
        ProtocolError: there is no count in it.
    """
    tokens = fields_of(body).get("input_tokens")
    if not isinstance(tokens, int):
        raise ProtocolError("the server's answer has no count of tokens")
    return tokens
