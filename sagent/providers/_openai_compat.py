import hashlib
import os
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal, Self

import attrs
import httpx

from sagent.errors import MissingKeyError, UsageError
from sagent.lib.json import JsonValue
from sagent.providers._chat_wire import ChatWire
from sagent.providers._clients import ClientPool, is_loopback
from sagent.providers._constrained_wire import ConstrainedWire
from sagent.providers._fault import Endpoint
from sagent.providers._model import WireModel
from sagent.providers._service import ProviderActor
from sagent.providers._wire import Wire

type ToolProtocol = Literal["native", "constrained"]
"""Whether a model calls tools by the server's own protocol or by schema-held JSON steps."""

_WIRES: Mapping[ToolProtocol, Callable[[str, Mapping[str, JsonValue]], Wire]] = {
    "native": ChatWire.of,
    "constrained": ConstrainedWire.of,
}
CONCURRENT_REQUESTS = 1000


def _base_url(value: str) -> str:
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise UsageError(
            f"{value!r} is not a base URL: write it like https://host/v1 or http://127.0.0.1:8000/v1"
        )
    return value.rstrip("/") + "/"


def _header_key(key: str) -> str:
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "the key holds characters that no HTTP header can carry: check how it was copied"
        )
    return key


def _shown(url: str) -> str:
    """Give *url* without a user's name and password."""
    return str(httpx.URL(url).copy_with(userinfo=b""))


def _shown_repr(url: str) -> str:
    return repr(_shown(url))


@attrs.frozen(kw_only=True)
class OpenAICompat:
    """Any server that speaks Chat Completions, under any base URL.

    Args:
        base_url: where the API lives, usually up to and with ``/v1``.
        key: sent as a Bearer token; "" sends none, which loopback servers take.
        tool_protocol: "constrained" for models that call tools badly.
        options: further fields of every request, in the server's own words.
    """

    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("OPENAI_COMPAT_API_KEY", "OPENAI_API_KEY")

    base_url: str = attrs.field(converter=_base_url, repr=_shown_repr)
    key: str = attrs.field(default="", converter=_header_key, repr=False)
    tool_protocol: ToolProtocol = "native"
    options: Mapping[str, JsonValue] = attrs.field(factory=dict[str, JsonValue], hash=False)

    @classmethod
    def from_env(cls, *, base_url: str = "") -> Self:
        """Take the key from ``OPENAI_COMPAT_API_KEY``, else ``OPENAI_API_KEY``.

        The base URL comes from ``OPENAI_COMPAT_BASE_URL`` unless it is given. A server on
        loopback needs no key.

        Raises:
            MissingKeyError: there is no key, and the server is not on loopback.
            UsageError: there is no base URL, or it is not one.
        """
        base_url = base_url or os.environ.get("OPENAI_COMPAT_BASE_URL", "")
        if not base_url:
            raise UsageError(
                "OpenAICompat needs a base URL: pass --base-url (base_url=...) or set "
                "OPENAI_COMPAT_BASE_URL"
            )
        for variable in cls.KEY_VARIABLES:
            if key := os.environ.get(variable):
                return cls(base_url=base_url, key=key)
        provider = cls(base_url=base_url)
        if not is_loopback(provider.base_url):
            variables = " or ".join(cls.KEY_VARIABLES)
            raise MissingKeyError(f"no key for OpenAICompat at {_shown(base_url)}: set {variables}")
        return provider

    @classmethod
    def from_key(cls, key: str, *, base_url: str) -> Self:
        """Take *key* as the credential for the server at *base_url*."""
        return cls(base_url=base_url, key=key)

    def model(self, name: str, *, context_window: int | None = None) -> WireModel:
        """Make the model that the server calls *name*; any name goes."""
        if not name:
            raise UsageError("OpenAICompat needs a model: pass --model (or .model(name))")
        return WireModel(
            model_id=name,
            context_window=context_window,
            provider=self,
            wire=_WIRES[self.tool_protocol](name, self.options),
            endpoint=Endpoint(
                provider="OpenAICompat",
                base_url=_shown(self.base_url),
                model_id=name,
                secrets=(self.key, httpx.URL(self.base_url).password),
            ),
        )

    @property
    def service_name(self) -> str:
        """The name of this credential's actor; it gives the key away to nobody."""
        credential = hashlib.sha256(f"{self.base_url}\0{self.key}".encode()).hexdigest()
        return f"provider:OpenAICompat-{credential[:12]}"

    def actor(self) -> ProviderActor:
        """Make the actor that serves this credential's requests."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return ProviderActor(ClientPool(self.base_url, headers), concurrency=CONCURRENT_REQUESTS)
