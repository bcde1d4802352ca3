"""What the environment says of each provider: which variables are set, never their values."""

import os
from collections.abc import Mapping
from importlib import import_module

import attrs

from sagent.providers import PROVIDER_NAMES, HttpProvider
from sagent.providers._names import MODULES

_MARKS: Mapping[str, tuple[str, ...]] = {
    "OpenAICompat": ("OPENAI_COMPAT_BASE_URL", "OPENAI_COMPAT_API_KEY"),
    "SelfHosted": ("SAGENT_SELFHOSTED_MODEL", "SAGENT_SELFHOSTED_BASE_URL"),
}
"""What is set by who uses a provider, where that is not its key: OPENAI_API_KEY is OpenAI's."""


@attrs.frozen(kw_only=True)
class ProviderSetting:
    """A provider that the environment says something of.

    Attributes:
        name: the provider's.
        variables: those that are set.
    """

    name: str
    variables: tuple[str, ...]

    @property
    def told(self) -> str:
        """What is set, in words."""
        are = "is" if len(self.variables) == 1 else "are"
        return f"{self.name}: {' and '.join(self.variables)} {are} set"


def provider_settings() -> tuple[ProviderSetting, ...]:
    """List the providers that the environment says something of."""
    listed: list[ProviderSetting] = []
    for name in PROVIDER_NAMES:
        kind = http_provider(name)
        if kind is not None:
            marks = _MARKS.get(name, (*kind.KEY_VARIABLES, *kind.BASE_URL_VARIABLES))
            if there := tuple(filter(os.environ.get, marks)):
                listed.append(ProviderSetting(name=name, variables=there))
    return tuple(listed)


def http_provider(name: str) -> type[HttpProvider] | None:
    """Give the class of the provider *name*; None for one that is asked in another way."""
    kind: type[object] = getattr(import_module(MODULES[name]), name)
    return kind if issubclass(kind, HttpProvider) else None
