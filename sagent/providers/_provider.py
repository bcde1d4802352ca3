"""What all providers over HTTP have in common."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar, Self

import attrs
import httpx

from sagent._async_library import check_trio
from sagent.actors import Restart, System
from sagent.errors import MissingKeyError, UsageError
from sagent.lib.json import JsonValue
from sagent.model import Effort, ModelInfo, ModelRequest, Price
from sagent.providers._connections import Connections, NewTransport, is_loopback
from sagent.providers._exchange import TIMEOUTS, Timeouts
from sagent.providers._fault import Endpoint
from sagent.providers._listing import Listing, list_models
from sagent.providers._model import WireModel
from sagent.providers._pacer import ProviderStatus
from sagent.providers._question import ask_json, asking
from sagent.providers._retry import RETRY, RetryPolicy
from sagent.providers._service import GetStatus, ProviderActor
from sagent.providers._serving import service_of
from sagent.providers._vendor import vendor_at
from sagent.providers._wires.wire import Counting, Wire

CONCURRENT_REQUESTS = 1000


def base_url(value: str) -> str:
    """Check the address of an API, and end it with a slash.

    Raises:
        UsageError: it is no address.
    """
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        told = value.rpartition("@")[2]  # before it stands a password
        raise UsageError(
            f"{told!r} is not a base URL: write it like https://host/v1 or http://127.0.0.1:8000/v1"
        )
    if url.query or url.fragment:
        raise UsageError(
            f"the base URL of {url.host} goes on after its path, which no request would keep: "
            "leave out what begins with ? or #"
        )
    return value.rstrip("/") + "/"


def header_key(key: str) -> str:
    """Check that an HTTP header can carry *key*.

    Raises:
        UsageError: it cannot.
    """
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "the key holds characters that no HTTP header can carry: check how it was copied"
        )
    return key


def shown(url: str) -> str:
    """Give *url* without a user's name and password."""
    return str(httpx.URL(url).copy_with(userinfo=b""))


def _shown_repr(url: str) -> str:
    return repr(shown(url))


def _vendors_own(provider: "HttpProvider") -> str:
    return provider.BASE_URL


@attrs.frozen(kw_only=True)
class HttpProvider(ABC):
    """A credential for an API at some address; a vendor states what is its own.

    Args:
        key: the credential.
        base_url: where the API lives.
        options: further fields of every request, in the server's own words.
        retry: when a call that failed in passing is made again.
        timeouts: how long the server may be silent.
        new_transport: makes what stands in for the network, for one connection; in tests. Of
            httpx.MockTransport the response needs a stream: `stream=httpx.ByteStream(...)`.
        concurrency: how many requests may be on the wire at once; whoever opens the credential's
            actor in a system decides for all.
    """

    NAME: ClassVar[str]
    """What users call the provider, and its class."""
    WIRE: ClassVar[str]
    """Whose echoes it understands; see `sagent.providers._wires.echo`."""
    KEY_VARIABLES: ClassVar[tuple[str, ...]]
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ()
    BASE_URL: ClassVar[str] = ""
    """Where the vendor's API lives; "" if that must be said."""
    DEFAULT_MODEL: ClassVar[str] = ""
    """What `model` takes if it is told no name; "" if it must be."""

    key: str = attrs.field(default="", converter=header_key, repr=False)
    base_url: str = attrs.field(
        default=attrs.Factory(_vendors_own, takes_self=True), converter=base_url, repr=_shown_repr
    )
    options: Mapping[str, JsonValue] = attrs.field(factory=dict[str, JsonValue], hash=False)
    retry: RetryPolicy = RETRY
    timeouts: Timeouts = TIMEOUTS
    new_transport: NewTransport | None = attrs.field(default=None, repr=False)
    concurrency: int = attrs.field(default=CONCURRENT_REQUESTS, validator=attrs.validators.ge(1))

    @classmethod
    def from_env(cls, *, base_url: str = "", key: str = "") -> Self:
        """Take the key and the base URL, unless they are given, from the environment.

        The variables are `KEY_VARIABLES` and `BASE_URL_VARIABLES`, the first that is set. A server
        on loopback needs no key.

        Raises:
            MissingKeyError: there is no key; the message names the variables.
            UsageError: there is no base URL, or it is not one.
        """
        address = base_url or _first_of(cls.BASE_URL_VARIABLES) or cls.BASE_URL
        if not address:
            raise UsageError(
                f"{cls.NAME} needs a base URL: pass --base-url (base_url=...) or set "
                f"{' or '.join(cls.BASE_URL_VARIABLES)}"
            )
        provider = cls(key=key or _first_of(cls.KEY_VARIABLES), base_url=address)
        if not provider.key and not is_loopback(provider.base_url):
            where = (
                "" if provider.base_url.startswith(cls.BASE_URL or "-") else f" at {shown(address)}"
            )
            raise MissingKeyError(
                f"no key for {cls.NAME}{where}: set {' or '.join(cls.KEY_VARIABLES)}"
            )
        return provider

    @classmethod
    def from_key(cls, key: str, *, base_url: str = "") -> Self:
        """Take *key* as the credential, for the server at *base_url* or the vendor's own."""
        return cls(key=key, base_url=base_url or cls.BASE_URL)

    def model(
        self,
        name: str = "",
        *,
        context_window: int | None = None,
        price: Price | None = None,
        effort: Effort | None = None,
    ) -> WireModel:
        """Make the model that the server calls *name*; any name goes.

        Args:
            name: the model; "" for the vendor's `DEFAULT_MODEL`.
            context_window: how many tokens request and answer may have together, where that is
                known better than here.
            price: what its calls cost, where that is known better than here.
            effort: how hard it thinks unless a request says so; None for the model's own.
        """
        name = name or self.DEFAULT_MODEL
        if not name:
            raise UsageError(f"{self.NAME} needs a model: pass --model (or .model(name))")
        return WireModel(
            model_id=name,
            known_window=context_window,
            known_price=price,
            effort=effort,
            provider=self,
            wire=self.wire(name),
            retry=self.retry,
            timeouts=self.timeouts,
            endpoint=self._endpoint(name),
            vendor=vendor_at(self.base_url),
            options=self.extra_fields(),
        )

    async def models(self) -> tuple[ModelInfo, ...]:
        """Ask the vendor for its models, in its order; the caller's scope says for how long.

        Raises:
            ModelError: the list could not be had.
        """
        check_trio("asking a provider for its models")
        endpoint = self._endpoint("the list of models")
        return await list_models(self._connections(), endpoint, self.listing())

    async def count_tokens(self, name: str, request: ModelRequest) -> int:
        """Ask the vendor how many tokens *request* has for the model *name*; it answers nothing.

        Raises:
            UsageError: the vendor does not count tokens.
            ModelError: the count could not be had.
        """
        wire = self.wire(name)
        if not isinstance(wire, Counting):
            raise UsageError(f"{self.NAME} has no counting of tokens: see the usage of an answer")
        check_trio("counting tokens")
        connections, endpoint = self._connections(), self._endpoint(name)
        async with asking(connections, endpoint):
            body = wire.count_tokens_body(request)
            question = connections.request(wire.count_tokens_path, body)
            return wire.tokens_in(await ask_json(connections, endpoint, question))

    async def status(self, system: System) -> ProviderStatus:
        """Tell how this credential's actor fares in *system*; it is started if need be."""
        return await GetStatus().ask(await service_of(system, self))

    @property
    def restart(self) -> Restart:
        """When this credential's actor lives again."""
        return "permanent"

    @property
    def service_name(self) -> str:
        """The name of the actor for this address and these headers; it gives no key away."""
        return self._service_name

    @cached_property
    def _service_name(self) -> str:  # every call asks for it
        sent = sorted(self.headers().items()), id(self.new_transport)
        credential = hashlib.sha256(f"{self.base_url}\0{sent}".encode()).hexdigest()
        return f"provider:{self.NAME}-{credential[:12]}"

    def actor(self) -> ProviderActor:
        """Make the actor that serves this credential's requests."""
        return ProviderActor(self._connections(), concurrency=self.concurrency)

    def headers(self) -> Mapping[str, str]:
        """Give the headers of every request: the key as a Bearer token (RFC 6750)."""
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def extra_fields(self) -> Mapping[str, JsonValue]:
        """Give the fields of every request that are not sagent's own."""
        return self.options

    def secrets(self) -> tuple[str, ...]:
        """List what no message may show."""
        return (self.key, httpx.URL(self.base_url).password)

    @abstractmethod
    def listing(self) -> Listing:
        """Say how the vendor lists its models."""

    def _connections(self) -> Connections:
        return Connections(self.base_url, self.headers(), self.new_transport)

    def _endpoint(self, model_id: str) -> Endpoint:
        return Endpoint(
            provider=self.NAME,
            base_url=shown(self.base_url),
            model_id=model_id,
            secrets=self.secrets(),
        )

    @abstractmethod
    def wire(self, model_id: str) -> Wire:
        """Make the wire format for a model."""


def _first_of(variables: tuple[str, ...]) -> str:
    return next(filter(None, map(os.environ.get, variables)), "")
