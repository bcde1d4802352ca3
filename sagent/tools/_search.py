"""The search that `Grep` makes where there is no ripgrep, as a program of its own.

It runs in a process that a cancel can kill, since a pattern may take for ever on a line. So it
imports nothing but the standard library, and is started by its path: ``python -I -S _search.py``.

It reads a `Request` as JSON from standard input and writes what ``rg --null`` writes.
"""

import json
import os
import re
import stat
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypedDict

PREVIEW_BYTES = 4096
"""How much of a long line is written."""

SEPARATOR = b"--\n"
"""What stands between groups of lines that do not follow each other."""

_MOST_BYTES = 256 << 20
PROBE_BYTES = 1 << 16
"""How much of a file tells whether it is binary."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"

# A pattern that cannot match a line end finds in the whole text what it finds in each line, and
# in a fraction of the time: no groups with a question mark, no negations, none but known escapes.
_STAYS_IN_LINE = re.compile(r"(?:(?!\(\?|\[\^)[^\\\x00-\x1f]|\\[bdwS]|\\[^\w\s])*")
_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")


class Request(TypedDict):
    """What is searched for, and where."""

    pattern: str
    ignore_case: bool
    multiline: bool
    mode: str
    before: int
    after: int
    root: str
    files: list[str]


def main() -> int:
    """Search, and give the exit code: 2 for a pattern or a file that cannot be read, else 0."""
    request: Request = json.load(sys.stdin)
    # Python names groups (?P<name>...), ripgrep both ways.
    source = _NAMED_GROUP.sub("(?P<", request["pattern"])
    within_lines = _STAYS_IN_LINE.fullmatch(source) is not None
    flags = re.IGNORECASE if request["ignore_case"] else re.NOFLAG
    if request["multiline"]:
        flags |= re.MULTILINE | re.DOTALL
    elif within_lines:
        flags |= re.MULTILINE
    try:
        pattern = re.compile(source, flags)
    except (re.error, OverflowError, RecursionError) as error:
        sys.stdout.write(f"regex parse error: {error}\n")
        return 2
    # One that matches nothing at all does so at every character.
    at_once = request["multiline"] or (within_lines and not pattern.search(""))
    find = _in_text if at_once else _in_lines
    out = sys.stdout.buffer
    begun = False
    tree = _Tree(request["root"])
    for name in request["files"]:
        text = _text(tree, name)
        found = find(pattern, text)
        # Who asks for names only need not know of a second match.
        blocks = list(islice(found, 1 if request["mode"] == "files_with_matches" else None))
        for piece in _output(request, f"./{name}", text, blocks) if blocks else ():
            if begun or piece != SEPARATOR:
                out.write(piece)
            begun = True
        out.flush()
    return 2 if tree.is_in_part else 0


class _Tree:
    """Opens the files below a directory, and follows no symbolic link on the way.

    It keeps the directory of the last one open: files come directory by directory.
    """

    def __init__(self, root: str) -> None:
        self.is_in_part = False
        self._root = root
        self._name: str | None = None
        self._folder = -1

    def open(self, name: str) -> int:
        """Open the file *name*; a named pipe is not waited for."""
        folder, _, base = name.rpartition("/")
        if folder != self._name:
            self._enter(folder)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
        return os.open(base, flags, dir_fd=self._folder)

    def _enter(self, folder: str) -> None:
        if self._name is not None:
            os.close(self._folder)
            self._name = None
        # A directory on the way need not be readable.
        flags = os.O_DIRECTORY | os.O_NOFOLLOW | getattr(os, "O_PATH", os.O_RDONLY)
        descriptor = os.open("/", flags)
        for part in f"{self._root}/{folder}".split("/"):
            above = descriptor
            if part:
                try:
                    descriptor = os.open(part, flags, dir_fd=above)
                finally:
                    os.close(above)
        self._folder, self._name = descriptor, folder


def _text(tree: _Tree, name: str) -> str:
    """Read a file, its line ends as LF; nothing of one that is binary or cannot be read."""
    try:
        with open(tree.open(name), "rb") as file:  # noqa: PTH123  # a descriptor is no path
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            start = file.read(PROBE_BYTES)
            if is_binary(start):
                return ""
            content = start + file.read(_MOST_BYTES)
    except FileNotFoundError:
        return ""
    except OSError:
        tree.is_in_part = True
        return ""
    if content.startswith(_UTF16):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.removeprefix(_UTF8_MARK).decode(errors="surrogateescape")
    return text.replace("\r\n", "\n")


def is_binary(start: bytes) -> bool:
    """Tell whether a file that begins with *start* holds something else than text."""
    return b"\0" in start and not start.startswith(_UTF16)


def _in_lines(pattern: re.Pattern[str], text: str) -> Iterator[range]:
    """Look at line after line."""
    for number, line in enumerate(text.removesuffix("\n").split("\n") if text else ()):
        if pattern.search(line):
            yield range(number, number + 1)


def _in_text(pattern: re.Pattern[str], text: str) -> Iterator[range]:
    """Look at all lines at once, and give the lines of matches that share none."""
    count = text.count("\n") + (not text.endswith("\n"))
    block = range(0)
    line, done = 0, 0
    for match in pattern.finditer(text) if text else ():
        line += text.count("\n", done, match.start())
        done = match.start()
        if line >= count:
            break
        # A match that ends with a line end does not reach into the next line.
        last = line + text.count("\n", done, max(done, match.end() - 1))
        if block and line >= block.stop:
            yield block
            block = range(0)
        block = range(block.start if block else line, max(block.stop, last + 1))
    if block:
        yield block


def _output(request: Request, name: str, text: str, blocks: Sequence[range]) -> Iterator[bytes]:
    path = name.encode(errors="surrogateescape") + b"\0"
    if request["mode"] == "files_with_matches":
        yield path
    elif request["mode"] == "count":
        yield b"%s%d\n" % (path, len(blocks))
    else:
        matching = [line for block in blocks for line in block]
        yield from _content(path, request, text.removesuffix("\n").split("\n"), matching)


def _content(
    path: bytes, request: Request, lines: Sequence[str], matching: Sequence[int]
) -> Iterator[bytes]:
    matches = set(matching)
    around = request["before"] or request["after"]
    following = 0
    for match in matching:
        start = max(following, match - request["before"])
        stop = min(len(lines), match + request["after"] + 1)
        if around and (start > following or not following):
            yield SEPARATOR
        for number in range(start, stop):
            mark = b":" if number in matches else b"-"
            text = lines[number].encode(errors="surrogateescape")[:PREVIEW_BYTES]
            yield b"%s%d%s%s\n" % (path, number + 1, mark, text)
        following = max(following, stop)


if __name__ == "__main__":
    sys.exit(main())
