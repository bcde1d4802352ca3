import os
import re
import stat
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import cast

import attrs

from sagent.errors import UsageError
from sagent.terminal import clean

MOST_BYTES = 65_536
_MOST_PARSES = 200
"""How often a file is parsed to find a line in it: some are made so that it would take hours."""
_MANY_DIGITS = re.compile(r"[0-9_]{1000}")
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@attrs.frozen(kw_only=True)
class TomlText:
    """A file that was parsed, which can tell the line of each of its names.

    Attributes:
        path: of the file.
        content: what it says.
    """

    path: Path
    content: Mapping[str, object]
    _text: str = attrs.field(repr=False, alias="text")

    def error(self, name: str, problem: str) -> UsageError:
        """Make the error of a *problem* with *name*, whose line it tells."""
        line = self._line_of(tuple(name.split(".")))
        return UsageError(f"{shown(self.path)}{f':{line}' if line else ''}: {problem}")

    def _line_of(self, name: tuple[str, ...]) -> int | None:
        """Find the line on which *name* begins: the first whose text, with all before, has it.

        None if there is none, or it is not found soon.
        """
        lines, left = self._text.split("\n"), _MOST_PARSES
        for number, line in enumerate(lines, 1):
            if name[-1] not in line:
                continue
            for end in range(number, len(lines) + 1):
                left -= 1
                if left < 0:
                    return None
                if (whole := _parsed(lines[:end])) is not None:
                    if _has(whole, name):
                        return number
                    break
        return None


def read_toml(path: Path) -> TomlText:
    """Read the file at *path*; never waits for a pipe. Blocks.

    Raises:
        UsageError: it cannot be read, or is no TOML; with the line.
    """
    text = _decoded(path, _content(path))
    try:
        return TomlText(path=path, content=_loads(text), text=text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _PLACE.search(message)
        line = (place and place["line"]) or str(text.rstrip("\n").count("\n") + 1)
        what = message[: place.start()] if place else message
        hint = "; texts stand in quotes" if what == "Invalid value" else ""
        raise UsageError(
            f"{shown(path)}:{line}: this is no TOML: {what[:1].lower()}{what[1:]}{hint}"
        ) from error
    except ValueError as error:  # Python reads no number of thousands of digits
        found = _MANY_DIGITS.search(text)
        line = "" if found is None else f":{text.count('\n', 0, found.start()) + 1}"
        raise UsageError(
            f"{shown(path)}{line}: there is a number of more digits than can be meant"
        ) from error
    except RecursionError as error:
        raise UsageError(f"{shown(path)}: its lists or tables nest too deep") from error


def shown(path: Path) -> str:
    """Give *path* as text that any terminal takes."""
    return clean(os.fsencode(path).decode(errors="replace"))


def _content(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=_at_once) as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                kind = "a directory" if stat.S_ISDIR(mode) else "no regular file"
                raise UsageError(f"{shown(path)} is {kind}: a config file is a text")
            content = file.read(MOST_BYTES + 1)
    except IsADirectoryError as error:
        raise UsageError(f"{shown(path)} is a directory: a config file is a text") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{shown(path)} cannot be read: {reason}; see its permissions") from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{shown(path)} is longer than {MOST_BYTES} bytes: shorten it")
    return content


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{shown(path)}:{line}: this is not UTF-8: save it as UTF-8") from error


def _loads(text: str) -> dict[str, object]:
    return tomllib.loads(text, parse_float=_exact)


def _exact(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:  # an exponent beyond what Decimal takes
        raise tomllib.TOMLDecodeError("Invalid number") from error


def _parsed(lines: list[str]) -> dict[str, object] | None:
    try:
        return _loads("\n".join(lines))
    except (ValueError, RecursionError):  # it ends within something
        return None


def _has(content: Mapping[str, object] | None, name: tuple[str, ...]) -> bool:
    first, *rest = name
    if content is None or first not in content:
        return False
    below = content[first]
    if not rest or not isinstance(below, dict):
        return not rest
    return _has(cast("dict[str, object]", below), tuple(rest))  # TOML's keys are strings
