import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack

import attrs
import trio

from sagent.checkpoint._contents import EMPTY, NOTHING, Contents, Tree, is_elsewhere
from sagent.checkpoint._importer import Importer, blob_id
from sagent.checkpoint._limits import Limits
from sagent.checkpoint._listing import Listing
from sagent.checkpoint._store import Store
from sagent.checkpoint._survey import Sighting, Survey, read, sighting, survey

_BATCH_BYTES = 4 << 20


@attrs.frozen(kw_only=True)
class Present:
    """The files of a moment, as they were just recorded."""

    snapshot: str
    contents: Contents
    sightings: Mapping[bytes, Sighting]
    unkept: Mapping[bytes, str]
    """Why a file was not kept."""


@attrs.frozen
class _Head:
    tree: Tree | None = None
    tree_id: str = ""


@attrs.frozen
class _Reading:
    key: bytes
    content: bytes
    sighting: Sighting


@attrs.define(eq=False)
class Recorder:
    """Keeps the files of now. One call at a time; one that is cut short changes nothing here.

    Attributes:
        first: how files elsewhere were when they were first asked for.
        permissions: the permission bits that files had when they were last read.
    """

    _root: bytes
    _store: Store
    _listing: Listing
    _limits: Limits
    first: Contents = attrs.field(default=NOTHING, init=False)
    permissions: dict[bytes, int] = attrs.field(factory=dict[bytes, int], init=False)
    _seen: Mapping[bytes, Sighting] = attrs.field(factory=dict[bytes, Sighting], init=False)
    _head: _Head | None = attrs.field(default=None, init=False)
    _prepared: bool = attrs.field(default=False, init=False)

    async def prepare(self) -> None:
        """Open the store, once."""
        if not self._prepared:
            await self._store.prepare()
            self.first = Contents.of((await self._load(Store.FIRST)).tree or {})
            self._prepared = True

    async def record(self, also: Iterable[bytes] = ()) -> Present:
        """Keep the files of the workspace, those elsewhere, and *also* these, or their absence."""
        listed = await self._listing.keys()
        unlisted = {*_elsewhere(self.first), *also}.difference(listed)
        found = await trio.to_thread.run_sync(
            survey, self._root, listed, unlisted, self._seen, self._limits
        )
        head, self._head = self._head or await self._load(Store.SNAPSHOTS), None
        async with AsyncExitStack() as stack:
            writing = _Writing(self._store, stack)
            taken = await self._take_in(found, writing)
            contents = _contents(taken, unlisted)
            tree = contents.tree()
            tree_id = head.tree_id
            if tree != head.tree:
                tree_id = await writing.commit(Store.SNAPSHOTS, head.tree, tree)
        self._head = _Head(tree, tree_id)
        self._seen = taken.same
        self.permissions |= {
            key: stat.S_IMODE(seen.signature[0])
            for key, seen in taken.same.items()
            if stat.S_ISREG(seen.signature[0])
        }
        return Present(
            snapshot=tree_id, contents=contents, sightings=taken.same, unkept=taken.unkept
        )

    async def keep(self, key: bytes) -> None:
        """Remember how the file *key* elsewhere is now, and record it from now on."""
        if self.first.knows(key):
            return
        nothing: dict[bytes, Sighting] = {}
        found = await trio.to_thread.run_sync(survey, self._root, (), [key], nothing, self._limits)
        base = await self._load(Store.FIRST)
        earlier = Contents.of(base.tree or {})
        async with AsyncExitStack() as stack:
            writing = _Writing(self._store, stack)
            first = earlier.with_earlier(_contents(await self._take_in(found, writing), {key}))
            await writing.commit(Store.FIRST, base.tree, first.tree())
        self.first = first

    async def _load(self, ref: str) -> _Head:
        held = await self._store.head(ref)
        return _Head() if held is None else _Head(held[1], held[0])

    async def _take_in(self, found: Survey, writing: "_Writing") -> Survey:
        """Read what must be read, write what is new of it, and give the survey that results."""
        same, absent, unkept = dict(found.same), set(found.absent), dict(found.unkept)
        rest = iter(found.to_read)
        while batch := await trio.to_thread.run_sync(self._read_some, rest):
            for key, reading in batch.items():
                if isinstance(reading, _Reading):
                    await writing.blob(reading.sighting.entry.oid, reading.content)
                    same[key] = reading.sighting
                elif isinstance(reading, FileNotFoundError | NotADirectoryError):
                    absent.add(key)
                else:
                    unkept[key] = reading.strerror or str(reading)
        return Survey(same=same, to_read=(), absent=frozenset(absent), unkept=unkept)

    def _read_some(self, keys: Iterator[bytes]) -> dict[bytes, _Reading | OSError]:
        batch: dict[bytes, _Reading | OSError] = {}
        size_bytes = 0
        for key in keys:
            read_at_ns = time.time_ns()
            try:
                content, status = read(self._root, key, self._limits)
            except OSError as error:
                batch[key] = error
                continue
            oid = blob_id(content)
            batch[key] = _Reading(key, content, sighting(oid, status, read_at_ns=read_at_ns))
            size_bytes += len(content)
            if size_bytes >= _BATCH_BYTES:
                break
        return batch


@attrs.define(eq=False)
class _Writing:
    """Writes to the store, and starts nothing where there is nothing to write."""

    _store: Store
    _stack: AsyncExitStack
    _importer: Importer | None = attrs.field(default=None, init=False)

    async def blob(self, oid: str, content: bytes) -> None:
        if not self._store.has(oid):
            await (await self._open()).blob(oid, content)

    async def commit(self, ref: str, base: Tree | None, tree: Tree) -> str:
        await self.blob(EMPTY.oid, b"")
        return await (await self._open()).commit(ref, base, tree)

    async def _open(self) -> Importer:
        if self._importer is None:
            self._importer = await self._stack.enter_async_context(self._store.importing())
        return self._importer


def _elsewhere(contents: Contents) -> list[bytes]:
    known = (*contents.files, *contents.absent, *contents.unkept)
    return [key for key in known if is_elsewhere(key)]


def _contents(taken: Survey, unlisted: set[bytes]) -> Contents:
    # That a listed file is gone by now says nothing.
    return Contents(
        files={key: seen.entry for key, seen in taken.same.items()},
        absent=taken.absent & unlisted,
        unkept=frozenset(taken.unkept),
    )
