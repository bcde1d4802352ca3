from collections.abc import Callable
from typing import cast

import attrs

from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_dumps, json_loads, json_unfreeze


@attrs.frozen
class Codec[R]:
    """How the values of a function are kept in a journal.

    Attributes:
        dump: makes a JSON value of a value.
        load: makes the value of that again, for which lists are tuples and mappings read-only.
    """

    dump: Callable[[R], JSON]
    load: Callable[[JSON], R]


def _as_json(value: JSON) -> JSON:
    return value


def _as_text(value: JSON) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, not a {type(value).__name__}")
    return value


def _dump_plain(value: object) -> JSON:
    json = cast("JSON", value)  # what is no JSON is told
    try:
        if json_unfreeze(json_loads(json_dumps(json))) == value:
            return json
    except JsonError as error:
        raise _no_json(value) from error
    raise _no_json(value)


def _no_json(value: object) -> UsageError:
    return UsageError(
        f"a {type(value).__name__} does not come back out of JSON as it went in: pass codec=, "
        "which says how to keep it"
    )


TEXT = Codec[str](_as_json, _as_text)
"""Keeps the answers of agents."""
JSON_VALUE = Codec[JSON](_as_json, _as_json)
"""Keeps answers that satisfy a schema."""
PLAIN = Codec[object](_dump_plain, json_unfreeze)
"""Keeps values of functions that are JSON, of lists and dicts."""
