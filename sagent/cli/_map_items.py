"""What ``sagent map`` works on, and what it asks about each."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs
import trio

from sagent.agent import Prompt
from sagent.cli._streams import MOST_INPUT_BYTES, complain, read_in
from sagent.errors import UsageError
from sagent.nearness import is_one_edit
from sagent.tools._glob_pattern import GlobPattern, fixed_prefix
from sagent.tools._walk import walk

ITEM = "{item}"
CONTENT = "{content}"
_PLACE = re.compile(r"\{\w+\}")
_MOST_BYTES = 400_000
"""Of a file that goes into a prompt: some 100,000 tokens."""


@attrs.frozen
class Work:
    """The items, and how a prompt is made of each.

    Attributes:
        items: paths as they are written, or lines.
        prompt: makes the prompt of one.
    """

    items: tuple[str, ...]
    prompt: Callable[[str], Prompt]


async def find_work(over: Sequence[str], source: str | None, each: str) -> Work:
    """Find the files of the patterns *over*, then the lines of *source*.

    Raises:
        UsageError: there are none, or *source* cannot be read.
    """
    files = await trio.to_thread.run_sync(_files, over)
    lines = () if source is None else _lines(await _text(source))
    items = tuple(dict.fromkeys((*files, *lines)))
    if not items:
        places = ", ".join((*over, *([source] if source else [])))
        raise UsageError(f"nothing to work on was found: {places}")
    found = frozenset(files)
    for slip in _slips(each):
        complain(slip)

    def prompt(item: str) -> Prompt:
        text = _of_file(each, item) if item in found else _of_line(each, item)
        return Prompt(text, label=item)

    return Work(items, prompt)


def _slips(each: str) -> Iterator[str]:
    """Tell of what looks like a place in the prompt and is none: each item costs a call."""
    for word in dict.fromkeys(_PLACE.findall(each)):
        for place in (ITEM, CONTENT):
            if is_one_edit(word, place):
                yield f"{word} in --prompt stands as it is; did you mean {place}?"


def _files(over: Sequence[str]) -> tuple[str, ...]:
    return tuple(path for pattern in over for path in _matches(pattern))


def _matches(pattern: str) -> Iterator[str]:
    prefix, rest = fixed_prefix(pattern)
    start = Path(prefix).expanduser()
    if not rest:
        if not start.is_file():
            raise UsageError(f"{pattern} is no file: name one, or a pattern such as '{pattern}/**'")
        yield str(start)
        return
    matcher = GlobPattern.of(rest)
    for name in matcher.matching(walk(start.resolve(), most_levels=matcher.most_levels)):
        yield str(start / name)


async def _text(source: str) -> str:
    if source == "-":
        if sys.stdin.isatty():
            raise UsageError("--items - reads standard input, which is a terminal: pipe lines in")
        return await read_in()
    try:
        async with await trio.open_file(source, "rb") as file:
            content = await file.read(MOST_INPUT_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--items {source} cannot be read: {error.strerror}") from error
    if len(content) > MOST_INPUT_BYTES:
        raise UsageError(f"--items {source} is longer than {MOST_INPUT_BYTES:,} bytes: part it")
    return content.decode(errors="replace")


def _lines(text: str) -> tuple[str, ...]:
    lines = (line.strip() for line in text.removeprefix("\ufeff").split("\n"))
    return tuple(line for line in lines if line)


def _of_line(each: str, line: str) -> str:
    if ITEM in each or CONTENT in each:
        return each.replace(CONTENT, line).replace(ITEM, line)
    return f"{each}\n\n{line}"


def _of_file(each: str, path: str) -> str:
    if CONTENT in each:  # the text last, since it may hold anything
        before, _, after = each.replace(ITEM, path).partition(CONTENT)
        return f"{before}{_content(path)}{after}"
    if ITEM in each:
        return each.replace(ITEM, path)
    return f"{each}\n\nFile: {path}\n\n{_content(path)}"


def _content(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise UsageError(
            f"{path} is larger than {_MOST_BYTES:,} bytes: use {ITEM} in the prompt, so that the "
            "agent reads what it needs of it"
        )
    if b"\0" in content:
        raise UsageError(f"{path} is no text: use {ITEM} in the prompt")
    return content.decode(errors="replace")
