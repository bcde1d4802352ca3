"""One source of settings: a file, or the environment."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from sagent.cli._config.keys import KEYS, Key, key_of, names_beside, tables
from sagent.cli._config.kinds import WrongValueError
from sagent.cli._config.secrets import find_secret
from sagent.cli._config.toml_text import TomlText, read_toml, shown
from sagent.errors import UsageError
from sagent.nearness import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

type Trust = Literal["own", "project"]
"""Whose a file is: one of a project may say less."""


@attrs.frozen
class Setting:
    """What a key is set to.

    Attributes:
        value: as its kind reads it.
        origin: the file or the variable that says so.
        of_project: whether that is a project's own file, which is not trusted.
    """

    value: object
    origin: str
    of_project: bool = False


@attrs.frozen(kw_only=True)
class Layer:
    """What one source says.

    Attributes:
        settings: by the names of keys.
        trust: how far it is believed.
    """

    settings: Mapping[str, Setting]
    trust: Trust = "own"


def read_layer(path: Path, *, base: Path, trust: Trust = "own", own_file: str = "") -> Layer:
    """Read the file at *path*. Blocks.

    Args:
        path: of the file.
        base: where paths in it begin.
        trust: how far it is believed.
        own_file: the name of the user's own file, for who has written into a project's what may
            stand only there.

    Raises:
        UsageError: it cannot be read, or says what cannot be meant; with file, line and remedy.
    """
    toml = read_toml(path)
    if (found := find_secret(toml.content)) is not None:
        raise toml.error(found.name, found.remedy)
    settings = {
        name: Setting(_read(toml, name, key, value, base), shown(path), trust == "project")
        for name, key, value in _known(toml, toml.content)
    }
    for name in settings if trust == "project" else ():
        _check_trust(toml, name, own_file)
    return Layer(settings=settings, trust=trust)


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Read the variables that say what a config file may; an empty one says nothing.

    Raises:
        UsageError: one says what cannot be meant.
    """
    return Layer(settings=dict(_environment(environ)))


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Setting]]:
    for key in KEYS:
        if key.variable and (text := environ.get(key.variable)):
            try:
                value = key.kind.read(key.kind.from_text(text), Path.cwd())
            except WrongValueError as error:
                raise UsageError(f"the variable {key.variable} {error}") from error
            yield key.name, Setting(value, key.variable)


def _known(
    toml: TomlText, table: Mapping[str, object], parent: str = ""
) -> Iterator[tuple[str, Key, object]]:
    for last, value in table.items():
        name = f"{parent}{last}"
        if (key := key_of(name)) is not None:
            yield name, key, value
        elif name not in tables():
            raise toml.error(name, f"unknown key {name}{_hint(name)}")
        elif not isinstance(value, dict):
            raise toml.error(name, f"{name} is a table: write [{name}] on a line of its own")
        else:
            yield from _known(toml, toml.table(value), f"{name}.")


def _hint(name: str) -> str:
    table, dot, last = name.rpartition(".")
    if hint := did_you_mean(last, names_beside(name)):
        return hint
    elsewhere = [key.name for key in KEYS if key.name.rpartition(".")[2] == last]
    if len(elsewhere) == 1:
        return f"; did you mean {elsewhere[0]}?"
    return f"; there are {', '.join(sorted(names_beside(name)))} in {f'[{table}]' if dot else 'it'}"


def _read(toml: TomlText, name: str, key: Key, value: object, base: Path) -> object:
    try:
        return key.kind.read(value, base)
    except WrongValueError as error:
        raise toml.error(name, f"{name} {error}") from error


def _check_trust(toml: TomlText, name: str, own_file: str) -> None:
    key = key_of(name)
    if key is not None and key.from_project == "never":
        raise toml.error(
            name,
            f"{name} is not for a project's file: set it in {own_file}, list {shown(toml.project)} "
            "under trusted_projects there, or pass --no-project-instructions",
        )
