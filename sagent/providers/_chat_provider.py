"""What providers that speak Chat Completions have in common."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Self

import attrs

from sagent.errors import UnknownNameError
from sagent.providers._listing import Listing, listed_models
from sagent.providers._provider import HttpProvider
from sagent.providers._wires.chat.dialect import ChatDialect
from sagent.providers._wires.chat.wire import ChatWire
from sagent.providers._wires.wire import Wire


@attrs.frozen(kw_only=True)
class RegionalProvider(HttpProvider):
    """A vendor of Chat Completions with an address for each region; keys belong to a region.

    Args:
        key: the credential.
        base_url: where the API lives; one of `REGIONS`, or a proxy's.
        options: further fields of every request, in the server's own words.
    """

    REGIONS: ClassVar[Mapping[str, str]]
    """The base URL of each region; the first is the default."""

    @classmethod
    def from_env(cls, *, base_url: str = "", key: str = "", region: str = "") -> Self:
        """Take the key, and the base URL unless it or a *region* is given, from the environment.

        Raises:
            MissingKeyError: there is no key; the message names the variables.
            UsageError: there is no such region.
        """
        return super().from_env(base_url=base_url or cls._base_url_in(region), key=key)

    @classmethod
    def from_key(cls, key: str, *, base_url: str = "", region: str = "") -> Self:
        """Take *key* as the credential, for the server at *base_url* or in a *region*."""
        return super().from_key(key, base_url=base_url or cls._base_url_in(region))

    @classmethod
    def _base_url_in(cls, region: str) -> str:
        if region and region not in cls.REGIONS:
            raise UnknownNameError(
                f"{cls.NAME} has no region {region!r}: choose {', '.join(cls.REGIONS)}"
            )
        return cls.REGIONS[region] if region else ""

    @abstractmethod
    def dialect(self, model_id: str) -> ChatDialect:
        """Give the dialect that the vendor speaks with a model."""

    def wire(self, model_id: str) -> Wire:
        """Make the wire format for a model."""
        return ChatWire.of(model_id, self.options, dialect=self.dialect(model_id))

    def listing(self) -> Listing:
        """Say how the vendor lists its models: on one page, without windows."""
        return Listing(parse=listed_models)
