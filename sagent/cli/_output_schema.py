"""The shape of an answer, out of a file."""

from collections.abc import Mapping
from pathlib import Path

from sagent.agent import Output
from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_loads

MOST_BYTES = 1_000_000
"""More than any vendor takes of a schema."""


def load_output(path: str) -> Output:
    """Read the JSON Schema in the file *path*; blocks.

    Raises:
        UsageError: there is none, and where and why.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"--output-schema {path} cannot be read: {reason}") from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"--output-schema {path} is larger than {MOST_BYTES:,} bytes: cut it down")
    try:
        return Output.of(_object(json_loads(text)))
    except (JsonError, UsageError) as error:
        raise UsageError(f"--output-schema {path}: {error}; correct it there") from error


def _object(schema: JSON) -> Mapping[str, JSON]:
    if not isinstance(schema, Mapping):
        raise UsageError('a JSON Schema is an object, like {"type": "object"}')
    return schema
