"""How what an agent is made of is checked, and put into the form in which it is kept."""

import os
from collections.abc import Iterable
from pathlib import Path

import attrs

from sagent.errors import UsageError
from sagent.model import Model
from sagent.tool import Tool


def as_tuple(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    """Keep *tools*, which may be given in any collection."""
    return tuple(tools)


def absolute(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Give *paths* from the root, without ``.`` and ``..``."""
    return tuple(Path(os.path.normpath(path.absolute())) for path in paths)


def check_count(_: object, attribute: "attrs.Attribute[int | None]", value: int | None) -> None:
    """Refuse a limit that lets nothing happen."""
    if value is not None and value < 1:
        raise UsageError(f"{attribute.name} is {value}: allow at least one")


def check_model(_: object, attribute: "attrs.Attribute[Model]", value: object) -> None:
    """Refuse what is no model: names, and providers, are what people try first."""
    if not hasattr(value, "stream"):
        what = repr(value) if isinstance(value, str) else type(value).__name__
        raise UsageError(
            f"{what} is no {attribute.name}: pass what a provider's model() gives, "
            'such as OpenAI.from_env().model("gpt-5.5")'
        )
