"""The dialect of Anthropic's Messages API, as a wire format."""

from collections.abc import Mapping, Sequence

import attrs

from sagent.errors import ProtocolError
from sagent.lib.json import JSON, JsonValue
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.anthropic.content import MEDIA_TYPES
from sagent.providers._wires.anthropic.decoder import AnthropicDecoder
from sagent.providers._wires.anthropic.encoder import AnthropicEncoder, CacheTtl, Dialect
from sagent.providers._wires.anthropic.family import Family, family_of
from sagent.providers._wires.fields import number_in


@attrs.define(eq=False)
class AnthropicWire:
    """Messages, at Anthropic's or at a server that speaks the same; see `Wire`."""

    _encoder: AnthropicEncoder
    _name: str
    path: str
    efforts: Sequence[Effort]
    media_types: frozenset[str] = MEDIA_TYPES

    @classmethod
    def of(
        cls,
        model_id: str,
        options: Mapping[str, JsonValue],
        *,
        wire: str = "anthropic",
        path: str = "v1/messages",
        family: Family | None = None,
        cache_ttl: CacheTtl | None = "5m",
        max_response_tokens: int | None = None,
        drops_unbound: bool = False,
    ) -> "AnthropicWire":
        """Make the wire for *model_id*.

        Args:
            model_id: the model.
            options: further fields of every request, which win over ours.
            wire: the name under which messages keep what the vendor wants back.
            path: where requests go, below the base URL.
            family: what the model takes; None to tell by its name.
            cache_ttl: see `Dialect`.
            max_response_tokens: see `Dialect`.
            drops_unbound: see `Dialect`.
        """
        family = family or family_of(model_id)
        dialect = Dialect(
            model_id=model_id,
            options=options,
            wire=wire,
            family=family,
            cache_ttl=cache_ttl,
            max_response_tokens=max_response_tokens,
            drops_unbound=drops_unbound,
        )
        return cls(AnthropicEncoder(dialect), wire, path, family.efforts)

    @property
    def count_tokens_path(self) -> str:
        """Where requests go that count tokens, below the base URL."""
        return f"{self.path}/count_tokens"

    def encode(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST."""
        return self._encoder.encode(request)

    def decoder(self, request: ModelRequest) -> AnthropicDecoder:  # noqa: ARG002  # the contract's
        """Make the decoder of one answer."""
        return AnthropicDecoder(self._name)

    def tokens_in(self, answer: JSON) -> int:
        """Read the answer to `count_tokens_body`; see `tokens_from`."""
        return tokens_from(answer)

    def count_tokens_body(self, request: ModelRequest) -> bytes:
        """Write *request* as the body of a POST to `count_tokens_path`."""
        return self._encoder.count(request)


def tokens_from(body: JSON) -> int:
    """Read the answer of the endpoint that counts tokens.

    Raises:
        ProtocolError: there is no count in it.
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("input_tokens"), int):
        raise ProtocolError("the server's answer holds no count of tokens: check the base URL")
    return number_in(body, "input_tokens")
