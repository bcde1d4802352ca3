"""The constrained tool protocol, as a wire format."""

from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from sagent.lib.json import JsonValue
from sagent.message import Descriptor, Message
from sagent.model import Effort, ModelRequest
from sagent.providers._wires.chat.constrained_decoder import ConstrainedDecoder
from sagent.providers._wires.chat.constrained_step import (
    Offer,
    Search,
    repeats_itself,
    rules,
    steps_to_chat,
    with_required_parameters,
)
from sagent.providers._wires.chat.decoder import ChatDecoder
from sagent.providers._wires.chat.dialect import ANY_SERVER, ChatDialect
from sagent.providers._wires.chat.encoder import ChatEncoder
from sagent.providers._wires.transcript import dump
from sagent.tool import ToolSpec

type Guidance = Literal["light", "close"]
"""How much a model is helped along. Closely guided, as the smallest models need it, it sees the
required parameters of tools alone, looks first when the prompt names files, and answers when it
has seen as many."""


@attrs.define(eq=False)
class ConstrainedWire:
    """Chat Completions with steps held to a JSON schema; see `Wire`."""

    _encoder: ChatEncoder
    _dialect: ChatDialect
    _guidance: Guidance
    path: str = "chat/completions"

    @classmethod
    def of(
        cls,
        model_id: str,
        options: Mapping[str, JsonValue],
        *,
        dialect: ChatDialect = ANY_SERVER,
        guidance: Guidance = "light",
    ) -> "ConstrainedWire":
        """Make the wire for *model_id*; *options* are further fields of every request."""
        return cls(ChatEncoder(model_id, options, dialect, steps_to_chat), dialect, guidance)

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
        if not request.tools:
            return self._encoder.native(request)
        tools = request.tools
        if self._guidance == "close":
            tools = tuple(with_required_parameters(tool) for tool in tools)
        offer = attrs.evolve(
            self._offer(tools, request.messages), answer_schema=request.output_schema
        )
        system = f"{request.system}\n\n{rules(tools)}".lstrip()
        fields = {"response_format": dump(offer.response_format())}
        return self._encoder.encode(request, system=system, fields=fields)

    def decoder(self, request: ModelRequest) -> ChatDecoder | ConstrainedDecoder:
        """Make the decoder of the answer to *request*: without tools it is plain text."""
        chat = ChatDecoder(self._dialect)
        if not request.tools:
            return chat
        return ConstrainedDecoder(chat, holds_answer=request.output_schema is not None)

    def _offer(self, tools: tuple[ToolSpec, ...], messages: Sequence[Message]) -> Offer:
        if repeats_itself(messages):
            return Offer(())
        if self._guidance == "close":
            search = Search.in_turn(messages)
            if search.files and search.found >= search.files:
                return Offer(())
            if search.files and messages[-1].descriptor == Descriptor.USER:
                return Offer(tools, answer=False)
        return Offer(tools)
