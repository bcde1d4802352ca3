import errno
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import attrs

_PROBE_BYTES = 8192
_REASONS: Mapping[int, str] = {
    errno.ELOOP: "its links lead in a circle",
    errno.EACCES: "it may not be read",
    errno.ENOENT: "it is not there",
}


@attrs.frozen(kw_only=True)
class TextFile:
    """A file's text, with a line feed at its lines' ends and no byte-order mark.

    What is not UTF-8 stands as U+FFFD.

    Attributes:
        size_bytes: of the whole file.
        was_cut: whether the text is a beginning, of whole lines where it has any.
    """

    text: str = attrs.field(repr=False)
    size_bytes: int
    was_cut: bool


@attrs.frozen
class Unreadable:
    """A file that gave no text.

    Attributes:
        reason: a clause to follow the file's name.
    """

    reason: str


def read_text_file(path: Path, *, most_bytes: int) -> TextFile | Unreadable:
    """Read at most *most_bytes* of *path*; never waits for a pipe, and never raises OSError."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Unreadable(_kind(status.st_mode))
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        return Unreadable(_reason(error))
    if b"\0" in content[:_PROBE_BYTES]:
        return Unreadable("it is not a text")
    return _text_file(content, size_bytes=max(status.st_size, len(content)), most_bytes=most_bytes)


def is_file(path: Path) -> bool:
    """Tell whether *path* leads to a regular file; one that cannot be looked at does not."""
    try:
        return path.is_file()
    except OSError:
        return False


def shown(path: Path) -> str:
    """Give the path as text that any encoding takes, on one line."""
    text = os.fsencode(path).decode(errors="replace")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def cut_text(text: str, *, most_bytes: int) -> str:
    """Give the first lines of *text* that fit; if not one does, what fits of the first."""
    if len(content := text.encode(errors="replace")) <= most_bytes:
        return text
    kept = content[:most_bytes]
    end = kept.rfind(b"\n") + 1
    return kept[: end or most_bytes].decode(errors="ignore")


def _text_file(content: bytes, *, size_bytes: int, most_bytes: int) -> TextFile:
    whole = content[:most_bytes].decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    if len(content) <= most_bytes:
        return TextFile(text=whole, size_bytes=size_bytes, was_cut=False)
    return TextFile(
        text=whole[: whole.rfind("\n") + 1] or whole.rstrip("\N{REPLACEMENT CHARACTER}"),
        size_bytes=size_bytes,
        was_cut=True,
    )


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _kind(mode: int) -> str:
    return "it is a directory" if stat.S_ISDIR(mode) else "it is no regular file"


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, IsADirectoryError):
        return "it is a directory"
    code = error.errno if isinstance(error, OSError) else None
    return _REASONS.get(code or 0) or (os.strerror(code) if code else str(error))
