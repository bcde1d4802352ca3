import os
from collections.abc import Mapping
from typing import ClassVar, Literal, Self

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.model import ModelInfo
from sagent.providers._listing import Listing
from sagent.providers._provider import HttpProvider
from sagent.providers._wires.anthropic.encoder import CacheTtl
from sagent.providers._wires.anthropic.family import family_of
from sagent.providers._wires.anthropic.wire import AnthropicWire
from sagent.providers._wires.fields import fields_of, number_in, objects_in, text_in

type Credential = Literal["x-api-key", "bearer"]
"""How the key is sent: as Anthropic's own header, or as a Bearer token (RFC 6750)."""

BINDING_BETA = "thinking-binding-controls-2026-08-01"
_OPEN_HEADERS = frozenset({"anthropic-beta", "anthropic-version", "user-agent"})
"""What they hold the API names where it refuses it, and so do we."""
_SAMPLING_ENDS = "2026-10-21"
"""The version that takes no temperature for any model."""


def custom_headers(lines: str) -> dict[str, str]:
    """Read *lines* of "name: value", with names in small letters.

    Raises:
        UsageError: a line is none, or no HTTP header can carry it.
    """
    headers: dict[str, str] = {}
    for number, line in enumerate(filter(str.strip, lines.splitlines()), start=1):
        name, colon, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not (colon and name and f"{name}{value}".isascii() and f"{name}{value}".isprintable()):
            raise UsageError(
                f"line {number} of the custom headers is no header: write it as 'name: value'"
            )
        headers[name] = value
    return headers


def _vendors_betas(provider: "Anthropic") -> tuple[str, ...]:
    # Other servers may refuse a beta that they do not know.
    return (BINDING_BETA,) if provider.base_url.startswith(f"{Anthropic.BASE_URL}/") else ()


@attrs.frozen(kw_only=True)
class Anthropic(HttpProvider):
    """Anthropic's Messages API, or a server that speaks it.

    Args:
        key: the credential.
        credential: how it is sent.
        base_url: where the API lives, without ``v1``.
        version: the version of the API that requests are written for.
        betas: features that are asked for. With the one that is asked for at Anthropic's own, a
            history may be compacted before thinking that the model has bound to it: the API then
            leaves that thinking out, where else it would refuse the request.
        extra_headers: further headers of every request, which win over ours.
        cache_ttl: how long a conversation stays in the API's cache; None does not use it. An hour
            costs more to write, and pays where turns are more than five minutes apart.
        max_response_tokens: what to ask for if a request does not say; None for a number that
            fits the model.
        options: further fields of every request, in the API's own words; tools among them, such
            as hosted ones, are added to the request's.
    """

    NAME: ClassVar[str] = "Anthropic"
    WIRE: ClassVar[str] = "anthropic"
    DEFAULT_MODEL: ClassVar[str] = "claude-sonnet-4-6"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("ANTHROPIC_BASE_URL",)
    BASE_URL: ClassVar[str] = "https://api.anthropic.com"

    credential: Credential = "x-api-key"
    version: str = "2023-06-01"
    betas: tuple[str, ...] = attrs.field(default=attrs.Factory(_vendors_betas, takes_self=True))
    extra_headers: Mapping[str, str] = attrs.field(factory=dict[str, str], hash=False, repr=False)
    cache_ttl: CacheTtl | None = "5m"
    max_response_tokens: int | None = None

    @classmethod
    def from_env(cls, *, base_url: str = "", key: str = "") -> Self:
        """Take all that is not given from the environment; see `HttpProvider.from_env`.

        ``ANTHROPIC_AUTH_TOKEN`` is sent as a Bearer token, which a given *key* is not, and
        ``ANTHROPIC_CUSTOM_HEADERS`` holds a header in each line.
        """
        provider = super().from_env(base_url=base_url, key=key)
        headers = custom_headers(os.environ.get("ANTHROPIC_CUSTOM_HEADERS", ""))
        bears = bool(provider.key) and not key and not os.environ.get("ANTHROPIC_API_KEY")
        return attrs.evolve(
            provider,
            credential="bearer" if bears else "x-api-key",
            extra_headers=headers,
        )

    def secrets(self) -> tuple[str, ...]:
        """List what no message may show: a header of any name may hold a credential."""
        headers = self.extra_headers.items()
        held = [value for name, value in headers if name.lower() not in _OPEN_HEADERS]
        return (*super().secrets(), *held)

    def headers(self) -> Mapping[str, str]:
        """Give the headers of every request."""
        headers = {"anthropic-version": self.version}
        if self.key and self.credential == "bearer":
            headers["authorization"] = f"Bearer {self.key}"
        elif self.key:
            headers["x-api-key"] = self.key
        extra = {name.lower(): value for name, value in self.extra_headers.items()}
        betas = (*self.betas, *filter(None, [extra.get("anthropic-beta")]))
        headers |= extra
        if betas:
            headers["anthropic-beta"] = ",".join(betas)
        return headers

    def wire(self, model_id: str) -> AnthropicWire:
        """Make the wire format for a model."""
        family = family_of(model_id)
        if self.version >= _SAMPLING_ENDS:
            family = attrs.evolve(family, sampling=False)
        return AnthropicWire.of(
            model_id,
            self.options,
            family=family,
            wire=self.WIRE,
            path="messages" if self.base_url.endswith("/v1/") else "v1/messages",
            cache_ttl=self.cache_ttl,
            max_response_tokens=self.max_response_tokens,
            drops_unbound=BINDING_BETA in self.betas,
        )

    def listing(self) -> Listing:
        """Say how the vendor lists its models."""
        path = "models" if self.base_url.endswith("/v1/") else "v1/models"
        return Listing(parse=models_from, path=f"{path}?limit=1000", next_page=_next_page)


def _next_page(page: JSON) -> Mapping[str, str]:
    fields = fields_of(page)
    return {"after_id": text_in(fields, "last_id")} if fields.get("has_more") is True else {}


def models_from(body: JSON) -> tuple[ModelInfo, ...]:
    """Read a page of the vendor's list of models."""
    return tuple(
        ModelInfo(
            model_id=text_in(item, "id"),
            context_window=number_in(item, "max_input_tokens") or None,
            max_output_tokens=number_in(item, "max_tokens") or None,
        )
        for item in objects_in(fields_of(body).get("data"))
        if text_in(item, "id")
    )
