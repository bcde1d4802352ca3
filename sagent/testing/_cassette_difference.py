"""Where two JSON values differ, said in a line."""

from sagent.lib.json import JsonValue
from sagent.testing._cassette_secrets import alike

_CHARACTERS = 60


def difference(came: JsonValue, taped: JsonValue, where: str = "") -> str:
    """Say what differs first, and where; nothing if the values are equal.

    The order of an object's keys is none, 1.0 is 1, and what was secret may be anything.
    """
    if isinstance(came, dict) and isinstance(taped, dict):
        return _between_objects(came, taped, where)
    if isinstance(came, list) and isinstance(taped, list):
        return _between_lists(came, taped, where)
    if isinstance(came, str) and isinstance(taped, str):
        start = _common(came, taped)
        different = not alike(came, taped)
    else:
        start = 0
        different = came != taped or isinstance(came, bool) != isinstance(taped, bool)
    return _told(where, _shown(came, start), _shown(taped, start)) if different else ""


def _between_objects(came: dict[str, JsonValue], taped: dict[str, JsonValue], where: str) -> str:
    for key in [*taped, *(key for key in came if key not in taped)]:
        place = f"{where}.{key}" if where else key
        if key not in came:
            return _told(place, "nothing", _shown(taped[key]))
        if key not in taped:
            return _told(place, _shown(came[key]), "nothing")
        if found := difference(came[key], taped[key], place):
            return found
    return ""


def _between_lists(came: list[JsonValue], taped: list[JsonValue], where: str) -> str:
    for index, (ours, theirs) in enumerate(zip(came, taped, strict=False)):
        if found := difference(ours, theirs, f"{where}[{index}]"):
            return found
    both = min(len(came), len(taped))
    if len(came) == len(taped):
        return ""
    ends = (_shown(values[both]) if len(values) > both else "nothing" for values in (came, taped))
    return _told(f"{where}[{both}]", *ends)


def _told(where: str, came: str, taped: str) -> str:
    return f"{where or 'the body'} is {came}, and on the tape {taped}"


def _common(came: str, taped: str) -> int:
    """Count the characters that both begin with."""
    pairs = zip(came, taped, strict=False)
    both = min(len(came), len(taped))
    return next((index for index, (ours, theirs) in enumerate(pairs) if ours != theirs), both)


def _shown(value: JsonValue, start: int = 0) -> str:
    if isinstance(value, str) and start > _CHARACTERS // 2:
        value = f"...{value[start - _CHARACTERS // 4 :]}"
    text = repr(value)
    return text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS]}..."
