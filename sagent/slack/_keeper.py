"""Writes down which agents there are and what they have said, whenever that has changed."""

import logging
from pathlib import Path

import attrs
import trio

from sagent.errors import SessionError
from sagent.slack._book import Book
from sagent.slack._manifest import Manifest, write_manifest
from sagent.slack._posts import append_posts

WRITE_S = 5.0
"""How long a write may take, when all else has ended."""

_log = logging.getLogger(__name__)


@attrs.define(eq=False)
class Keeper:
    """Keeps the manifest of one run, and whose messages are whose.

    Args:
        directory: of the run.
        book: what is kept.
    """

    _directory: Path
    _book: Book
    _changed: trio.Event = attrs.field(factory=trio.Event, init=False)
    _written: Manifest = attrs.field(init=False)
    """What is in the folder; a run in which nothing happened leaves none to be gone on with."""

    def __attrs_post_init__(self) -> None:
        self._written = self._book.manifest

    def note_change(self) -> None:
        """Let what has changed be written soon."""
        self._changed.set()

    async def keep(self) -> None:
        """Write what changes, for ever."""
        while True:
            await self._changed.wait()
            self._changed = trio.Event()
            await self.write()

    async def write(self) -> None:
        """Write what has changed; last when all has ended that changes it."""
        with trio.move_on_after(WRITE_S, shield=True):  # what is begun is written whole
            await self._write_all()

    async def _write_all(self) -> None:
        posts, manifest = self._book.take_posts(), self._book.manifest
        try:
            if manifest != self._written:
                await trio.to_thread.run_sync(write_manifest, self._directory, manifest)
                self._written = manifest
            if posts:
                await trio.to_thread.run_sync(append_posts, self._directory, posts)
        except SessionError as error:
            self._book.give_back(posts)  # the next write tries again
            _log.warning("a later run will not know what has changed: %s", error)
