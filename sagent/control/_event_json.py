from decimal import Decimal
from typing import cast

import attrs

from sagent.agent import RunEvent, ToolReturned
from sagent.lib.json import JsonValue, json_unfreeze

_PLAIN = (str, int, float, bool)


def event_json(event: RunEvent) -> dict[str, JsonValue]:
    """Tell *event* to programs: its descriptor, its content, and what else it has of plain values.

    An event within it is told in the same way; money is a decimal number in a string.
    """
    told: dict[str, JsonValue] = {
        "descriptor": str(event.descriptor),
        "content": json_unfreeze(event.content),
    }
    for field in attrs.fields(type(event)):
        value: object = getattr(event, field.name)
        if isinstance(value, Decimal):
            told[field.name] = f"{value:f}"
        elif value is None or isinstance(value, _PLAIN):
            told[field.name] = value
        elif field.name == "event":  # it happened to an agent below
            told[field.name] = event_json(cast("RunEvent", value))  # by its name
    if isinstance(event, ToolReturned):
        told["is_error"] = event.is_error
    return told
