"""All that is set beside the command line, and from where each setting comes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import cast

import attrs

from sagent.cli._config.keys import key_of
from sagent.cli._config.layer import Layer, Setting
from sagent.cli._config.naming import Naming, ProviderOf
from sagent.cli._options import ToolProtocol

_NAMING = tuple(field.name for field in attrs.fields(Naming))


@attrs.frozen
class Config:
    """What files and the environment say, of which each key has one say.

    Attributes:
        settings: by the names of keys; those that nobody set are missing.
        files: what was read, the strongest last.
    """

    settings: Mapping[str, Setting] = MappingProxyType({})
    files: tuple[Path, ...] = ()

    def get[T](self, name: str, kind: type[T]) -> T | None:
        """Give what the key *name*, which holds a *kind*, is set to; None if it is not."""
        setting = self.settings.get(name)
        if setting is None:
            return None
        assert isinstance(setting.value, kind), name  # the key's kind has read it
        return setting.value

    @property
    def naming(self) -> Naming:
        """What answers."""
        return naming_in(self.settings)

    def is_of_project(self, name: str) -> bool:
        """Tell whether a project's own file has set *name*, and no one who is trusted more."""
        setting = self.settings.get(name)
        return setting is not None and setting.of_project

    def naming_of(self, provider: str) -> Naming:
        """What is set for a *provider* by its name, in any case."""
        for name in self.settings:
            table, _, rest = name.partition(".")
            if table == "providers" and rest.partition(".")[0].lower() == provider.lower():
                own = f"providers.{rest.partition('.')[0]}"
                return Naming(
                    model=self.get(f"{own}.model", str), base_url=self.get(f"{own}.base_url", str)
                )
        return Naming()

    def model_of(self, name: str) -> str:
        """Give the model that *name* is an alias of, else *name*."""
        return self.get(f"aliases.{name}", str) or name


def merged(layers: Iterable[Layer], provider_of: ProviderOf) -> Mapping[str, Setting]:
    """Make one of *layers*, the strongest last.

    What answers is taken as a whole, as `Naming` says. A project's file may only lower the limits
    of those before it, only choose among their tools, and name no model of another provider.
    """
    settings: dict[str, Setting] = {}
    for layer in layers:
        said = dict(layer.settings)
        stronger, weaker = naming_in(said), naming_in(settings)
        if stronger.goes_with(weaker, provider_of):
            pass
        elif layer.trust == "project":
            said.pop("model")  # nothing else in it says what answers
        else:
            for name in _NAMING:
                settings.pop(name, None)
        for name, setting in said.items():
            settings[name] = _held_back(name, setting, settings.get(name))
    return settings


def naming_in(settings: Mapping[str, Setting]) -> Naming:
    """Give what *settings* say of what answers."""
    words = {name: str(settings[name].value) for name in _NAMING if name in settings}
    return Naming(
        provider=words.get("provider"),
        model=words.get("model"),
        base_url=words.get("base_url"),
        tool_protocol=cast("ToolProtocol | None", words.get("tool_protocol")),  # its kind read it
    )


def _held_back(name: str, setting: Setting, weaker: Setting | None) -> Setting:
    """Give what *setting* may say: all, unless a project's file says it after its user."""
    key = key_of(name)
    if weaker is None or key is None or not setting.of_project:
        return setting
    ours, theirs = setting.value, weaker.value
    if key.from_project == "lower":
        assert isinstance(ours, int | Decimal), name  # only amounts can be lowered
        assert isinstance(theirs, int | Decimal), name
        return setting if ours < theirs else weaker
    if key.from_project == "narrower":
        assert isinstance(ours, tuple), name  # only lists can be narrowed
        assert isinstance(theirs, tuple), name
        return attrs.evolve(setting, value=tuple(item for item in theirs if item in ours))
    return setting
