"""What the command prints for programs, against the published schema."""

import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs

PATH = Path(__file__).parent.parent.parent / "docs" / "headless.schema.json"
_OF_COMMAND = {
    "ps": "run",
    "tree": "node",
    "attach": "event",
    "models": "model",
    "doctor": "finding",
}
_OF_FORMAT = {"json": "json", "stream-json": "event"}


def check_printed(arguments: Sequence[str], stdout: bytes) -> None:
    """See whether each line fits what the command with *arguments* is said to print."""
    kind = _kind(arguments)
    if kind is not None:
        for line in stdout.splitlines():
            check_line(kind, json.loads(line))


def check_line(kind: str, line: Any) -> None:  # whatever JSON it is
    """See whether *line* is one of *kind*, which is a definition of the schema."""
    _validator(kind).validate(line)


def _kind(arguments: Sequence[str]) -> str | None:
    first, *rest = arguments or ("",)
    if "--help" in arguments or "-h" in arguments:
        return None
    if first == "map":
        return "map_line"
    if first == "sessions":
        verb = next((word for word in rest if not word.startswith("-")), "list")
        return {"list": "session", "search": "hit"}.get(verb) if "--json" in rest else None
    if first in _OF_COMMAND:
        return _OF_COMMAND[first] if "--json" in rest else None
    forms = [
        _OF_FORMAT.get(word) for before, word in pairwise(arguments) if before == "--output-format"
    ]
    return forms[-1] if forms else None


@cache
def _validator(kind: str) -> jsonschema_rs.Validator:
    schema = json.loads(PATH.read_text())
    return jsonschema_rs.validator_for({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
