import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar, Literal, Self

import attrs

from sagent.lib.json import JsonValue
from sagent.providers._listing import Listing, listed_models
from sagent.providers._provider import HttpProvider, header_key
from sagent.providers._wires.chat.dialect import OPENAI_CHAT
from sagent.providers._wires.chat.wire import ChatWire
from sagent.providers._wires.responses.items import WIRE
from sagent.providers._wires.responses.wire import ResponsesWire
from sagent.providers._wires.wire import Wire

type OpenAIApi = Literal["responses", "chat"]
"""Which of OpenAI's two interfaces is spoken: Responses or Chat Completions."""

_WIRES: Mapping[OpenAIApi, Callable[[str, Mapping[str, JsonValue]], Wire]] = {
    "responses": ResponsesWire.of,
    "chat": partial(ChatWire.of, dialect=OPENAI_CHAT),
}


@attrs.frozen(kw_only=True)
class OpenAI(HttpProvider):
    """OpenAI's models, or any server that speaks the Responses API.

    Args:
        key: sent as a Bearer token.
        base_url: where the API lives, up to and with ``/v1``.
        options: further fields of every request, in the server's own words.
        api: "chat" for Chat Completions, with which models do not keep their reasoning.
        organization: who pays, for keys that belong to several; `OPENAI_ORG_ID` says it too.
        project: what it is for; `OPENAI_PROJECT_ID` says it too.
    """

    NAME: ClassVar[str] = "OpenAI"
    WIRE: ClassVar[str] = WIRE
    DEFAULT_MODEL: ClassVar[str] = "gpt-5.5"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("OPENAI_API_KEY",)
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("OPENAI_BASE_URL",)
    BASE_URL: ClassVar[str] = "https://api.openai.com/v1"

    api: OpenAIApi = "responses"
    organization: str = attrs.field(default="", converter=header_key)
    project: str = attrs.field(default="", converter=header_key)

    @classmethod
    def from_env(cls, *, base_url: str = "", key: str = "") -> Self:
        """Take key, base URL, organization and project from the environment; see `HttpProvider`."""
        return attrs.evolve(
            super().from_env(base_url=base_url, key=key),
            organization=os.environ.get("OPENAI_ORG_ID", ""),
            project=os.environ.get("OPENAI_PROJECT_ID", ""),
        )

    def headers(self) -> Mapping[str, str]:
        """Give the headers of every request."""
        payer = {"OpenAI-Organization": self.organization, "OpenAI-Project": self.project}
        return {**super().headers(), **{name: payer[name] for name in payer if payer[name]}}

    def wire(self, model_id: str) -> Wire:
        """Make the wire format for a model."""
        return _WIRES[self.api](model_id, self.options)

    def listing(self) -> Listing:
        """Say how the vendor lists its models: OpenAI tells no windows, vLLM does."""
        return Listing(parse=partial(listed_models, window="max_model_len"))
