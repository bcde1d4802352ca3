"""Records by way of cattrs, where there are few of them."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import JsonConverter, make_converter


def structured[R](fields: Mapping[str, object], cls: type[R]) -> R:
    """Make a record of class *cls* out of *fields*; those that it does not know are left out.

    Raises:
        ValueError: they make none.
    """
    try:
        return _converter().structure(fields, cls)
    except BaseValidationError as error:
        raise ValueError(f"no {cls.__name__}: {_innermost(error)}") from error


@cache
def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_structure_hook(Path, lambda value, _: Path(_text(value)))
    converter.register_structure_hook(Decimal, lambda value, _: Decimal(_text(value)))
    converter.register_structure_hook(str, lambda value, _: _text(value))
    return converter


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value


def _innermost(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    return str(error) or type(error).__name__
