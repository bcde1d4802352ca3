"""The file of a cassette: exchanges as JSON that people can read and compare.

A body is text in which a byte that is no UTF-8 stands as a lone surrogate (PEP 383), so any bytes
can be told, in the pieces that they came in.
"""

import json
import os
import secrets
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import cast, get_args, get_origin

import attrs
from cattrs.errors import BaseValidationError, StructureHandlerNotFoundError
from cattrs.preconf.json import JsonConverter, make_converter

from sagent.errors import UsageError
from sagent.lib.json import JsonValue

VERSION = 1
WHOLE = "whole"
LEFT = "left"
"""The reader went away before the end of the answer, or before there was one."""

_VALUE = cast("type[JsonValue]", JsonValue)  # cattrs takes aliases; its hints say `type`
_FOREIGN = (BaseValidationError, StructureHandlerNotFoundError, ValueError, TypeError, KeyError)


@attrs.frozen(kw_only=True)
class Asked:
    """A request: of its headers nothing is kept, of its URL no user, password or key."""

    method: str
    url: str
    body: JsonValue = None
    """A body that is no JSON is a text."""


@attrs.frozen(kw_only=True)
class Answered:
    """What came back, without what compression and chunks had added."""

    status: int
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str])
    pieces: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Taped:
    """A request and what came of it."""

    request: Asked
    response: Answered | None = None
    end: str = WHOLE
    """`WHOLE`, `LEFT`, or the error of httpx that broke it off, as in ``ReadError: reset``."""


@attrs.frozen(kw_only=True)
class _Tape:
    cassette: int
    exchanges: tuple[Taped, ...]


def load(path: Path) -> tuple[Taped, ...]:
    """Read the exchanges of the cassette at *path*.

    Raises:
        UsageError: there is none, or none that can be read.
    """
    try:
        value = cast("JsonValue", json.loads(path.read_bytes()))  # what it gives
        _check_version(value)
        return _converter().structure(value, _Tape).exchanges
    except FileNotFoundError:
        raise UsageError(f'there is no cassette {path}: record it with mode="record"') from None
    except OSError as error:
        raise UsageError(f"cannot read the cassette {path}: {error.strerror}") from error
    except (*_FOREIGN, RecursionError) as error:
        raise UsageError(
            f"{path} is not a cassette that can be read ({_innermost(error)}): record it again"
        ) from error


def save(path: Path, exchanges: tuple[Taped, ...]) -> None:
    """Put the cassette in place at *path*, whole or not at all, for its owner only.

    Raises:
        UsageError: it cannot be written there.
    """
    tape = _converter().unstructure(_Tape(cassette=VERSION, exchanges=exchanges))
    text = json.dumps(tape, indent=2, ensure_ascii=False) + "\n"
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(draft, "xb", opener=_private) as file:
                # A lone surrogate is written as the escape that JSON has for it.
                file.write(text.encode(errors="backslashreplace"))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"cannot write the cassette {path}: {error.strerror}") from error


def _check_version(tape: JsonValue) -> None:
    version = tape.get("cassette") if isinstance(tape, dict) else None
    if not isinstance(version, int):
        raise TypeError("it names no format")
    if version != VERSION:
        raise TypeError(f"its format is {version}, and this sagent reads {VERSION}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)


@cache
def _converter() -> JsonConverter:
    converter = make_converter(forbid_extra_keys=True, omit_if_default=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook_func(_is_tuple, partial(_tuple, converter))
    converter.register_structure_hook(_VALUE, _same)
    converter.register_unstructure_hook(_VALUE, lambda value: value)
    return converter


def _text(value: object, _: type) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, not {type(value).__name__}")
    return value


def _integer(value: object, _: type) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected an integer, not {type(value).__name__}")
    return value


def _is_tuple(kind: type) -> bool:
    return get_origin(kind) is tuple


def _tuple(converter: JsonConverter, value: object, kind: type) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, not {type(value).__name__}")
    item: type[object] = get_args(kind)[0]
    parts = cast("list[object]", value)  # of anything
    return tuple(converter.structure(part, item) for part in parts)


def _same(value: JsonValue, _: type) -> JsonValue:
    return value


def _innermost(error: Exception) -> str:
    while isinstance(error, ExceptionGroup):
        group = cast("ExceptionGroup[Exception]", error)  # isinstance leaves open of what
        error = group.exceptions[0]
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    return " ".join((str(error) or type(error).__name__).split())
