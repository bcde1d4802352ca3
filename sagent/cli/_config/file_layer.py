"""One file of settings, each of which can be told by its line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from sagent.cli._config.keys import KEYS, Key, key_of, names_beside, tables
from sagent.cli._config.kinds import Value, WrongValueError
from sagent.cli._config.layer import File, Layer, Setting
from sagent.cli._config.secret import find_secret
from sagent.cli._config.toml_text import TomlText, read_toml, shown
from sagent.nearness import did_you_mean


def read_layer(file: File, *, own_path: Path | None) -> Layer:
    """Read a config file. Blocks.

    Args:
        file: which.
        own_path: the user's own file, for who has written into a project's what may stand only
            there.

    Raises:
        UsageError: it cannot be read, or says what cannot be meant; with file, line and remedy.
    """
    toml = read_toml(file.path)
    if (found := find_secret(toml.content)) is not None:
        raise toml.error(found.name, found.remedy)
    of_project = file.trust == "project"
    settings: dict[str, Setting] = {}
    for name, key, value in _known(toml, toml.content):
        if of_project and key.from_project == "never":
            raise toml.error(name, _not_for_projects(name, file, own_path))
        settings[name] = Setting(
            _read(toml, name, key, value, file.base), shown(file.path), of_project
        )
    return Layer(settings=settings, trust=file.trust)


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
            table = cast("dict[str, object]", value)  # TOML's keys are strings
            yield from _known(toml, table, f"{name}.")


def _hint(name: str) -> str:
    table, dot, last = name.rpartition(".")
    if hint := did_you_mean(last, names_beside(name)):
        return hint
    elsewhere = [key.name for key in KEYS if key.name.rpartition(".")[2] == last]
    if len(elsewhere) == 1:
        return f"; did you mean {elsewhere[0]}?"
    return f"; there are {', '.join(sorted(names_beside(name)))} in {f'[{table}]' if dot else 'it'}"


def _read(toml: TomlText, name: str, key: Key, value: object, base: Path) -> Value:
    try:
        return key.kind.read(value, base)
    except WrongValueError as error:
        raise toml.error(name, f"{name} {error}") from error


def _not_for_projects(name: str, file: File, own_path: Path | None) -> str:
    own = "your own config" if own_path is None else shown(own_path)
    return (
        f"{name} is not for a project's file: set it in {own}, list {shown(file.base)} under "
        "trusted_projects there, or pass --no-project-instructions"
    )
