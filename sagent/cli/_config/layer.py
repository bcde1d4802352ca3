"""One source of settings; and the environment, which is one."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from sagent.cli._config.keys import KEYS
from sagent.cli._config.kinds import Value, WrongValueError
from sagent.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

type Trust = Literal["own", "project"]
"""Whose a file is: one of a project may say less."""


@attrs.frozen
class File:
    """A config file.

    Attributes:
        path: where it is.
        base: where paths in it begin.
        trust: how far it is believed.
    """

    path: Path
    base: Path
    trust: Trust = "own"


@attrs.frozen
class Setting:
    """What a key is set to.

    Attributes:
        value: as its kind reads it.
        origin: the file or the variable that says so.
        of_project: whether that is a project's own file, which is not trusted.
    """

    value: Value
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
                value = key.kind.read(key.kind.from_text(text), Path())
            except WrongValueError as error:
                raise UsageError(f"the variable {key.variable} {error}") from error
            yield key.name, Setting(value, key.variable)
