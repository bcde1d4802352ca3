"""Whose message is whose, a line for each in the folder of a run."""

import json
import os
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from sagent.errors import JsonError, SessionError
from sagent.lib.json import json_loads
from sagent.slack._fields import text_of
from sagent.slack._heard import Place

POSTS = "posts.jsonl"
MOST_POSTS = 5_000
"""Reactions to older messages are to nobody's."""
_MOST_BYTES = 2_000_000
"""A longer file is made shorter when the run is gone on with; one that ends in part, whole."""


@attrs.frozen(kw_only=True)
class Posted:
    """A message of an agent.

    Attributes:
        ts: by which Slack names it.
        label: whose it is.
        place: where what is said about it belongs.
    """

    ts: str
    label: str
    place: Place


def read_posts(directory: Path) -> tuple[Posted, ...]:
    """Read the last messages of the run in *directory*, the oldest first; none for none. Blocks.

    Raises:
        SessionError: the file cannot be read.
    """
    path = directory / POSTS
    try:
        with path.open("rb") as file:
            lines = deque(file, maxlen=MOST_POSTS)
            is_long = file.tell() > _MOST_BYTES
        is_cut = bool(lines) and not lines[-1].endswith(b"\n")
        if is_cut:  # by whatever ended the run
            lines.pop()
        if is_long or is_cut:
            fresh = directory / f"{POSTS}.new"
            fresh.write_bytes(b"".join(lines))
            fresh.chmod(0o600)
            fresh.replace(path)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise SessionError(f"{path} cannot be read: {error.strerror}") from error
    return tuple(filter(None, map(_posted, lines)))


def append_posts(directory: Path, posts: Iterable[Posted]) -> None:
    """Add *posts* to the file, which begins with the first. Blocks.

    Raises:
        SessionError: it cannot be written.
    """
    path = directory / POSTS
    lines = "".join(f"{json.dumps(attrs.asdict(post))}\n" for post in posts)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(lines)
    except OSError as error:
        raise SessionError(f"{path} cannot be written: {error.strerror}") from error


def _posted(line: bytes) -> Posted | None:
    try:
        told = json_loads(line)
    except JsonError:
        return None
    if not isinstance(told, Mapping) or not isinstance(place := told.get("place"), Mapping):
        return None
    return Posted(
        ts=text_of(told, "ts"),
        label=text_of(told, "label"),
        place=Place(channel=text_of(place, "channel"), thread=text_of(place, "thread")),
    )
