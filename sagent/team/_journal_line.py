"""A journal's line: JSON in ASCII, with a checksum before the rest, as in a session.

    {"crc":"9a3b01cd","kind":"outcome","key":"..","index":0,"value":..}

The checksum is the CRC-32 (RFC 1952, 8) of all that follows it.
"""

import json
from collections.abc import Mapping
from typing import cast
from zlib import crc32

from sagent.lib.json import JSON, json_dumps

_BODY_START = 18


def write_line(fields: Mapping[str, JSON]) -> str:
    """Give *fields* as a line, its line end included.

    Raises:
        JsonError: they hold what JSON cannot carry.
    """
    body = json_dumps(fields)[1:]
    return f'{{"crc":"{crc32(body.encode()):08x}",{body}\n'


def is_whole(line: bytes) -> bool:
    """Tell whether *line*, given without its line end, is as it was written."""
    body = line[_BODY_START:]
    return bool(body) and line[:_BODY_START] == b'{"crc":"%08x",' % crc32(body)


def read_line(line: bytes) -> Mapping[str, JSON]:
    """Read a line that is whole."""
    return cast("Mapping[str, JSON]", json.loads(line))  # as `write_line` wrote it
