import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio

from sagent.checkpoint._changes import Changes, changes_between, paths
from sagent.checkpoint._contents import Contents
from sagent.checkpoint._git import Git
from sagent.checkpoint._limits import Limits
from sagent.checkpoint._listing import Listing
from sagent.checkpoint._recorder import Recorder
from sagent.checkpoint._restoration import Restoration
from sagent.checkpoint._store import Store


@attrs.frozen(kw_only=True)
class Restored:
    """What a restore did; paths are as those of ``Changes``.

    Attributes:
        undo: the snapshot of the moment before.
        written: files that have their content back.
        deleted: files that the snapshot does not have.
        unrestorable: files that should have changed and did not, and why.
    """

    undo: str
    written: tuple[Path, ...]
    deleted: tuple[Path, ...]
    unrestorable: Mapping[Path, str]


@attrs.define(eq=False)
class Checkpoints:
    """Snapshots of one workspace. Calls wait for each other; any of them can be cancelled.

    Every method raises CheckpointError where there is no git of version 2.30 or later, where the
    workspace has too many files, or where the store cannot be written.
    """

    _root: bytes
    _store: Store
    _listing: Listing
    _recorder: Recorder
    _lock: trio.Lock = attrs.field(factory=trio.Lock, init=False)
    _unkept: Mapping[Path, str] = attrs.field(factory=dict[Path, str], init=False)

    @property
    def unkept(self) -> Mapping[Path, str]:
        """The files that the last snapshot left out, and why: too large, or unreadable."""
        return self._unkept

    async def take(self) -> str:
        """Keep the files of now, and give the snapshot's id; equal files have equal ids.

        Not kept are what a ``.gitignore`` of the workspace ignores, empty directories, and
        whatever is neither a file nor a link.
        """
        async with self._ready():
            present = await self._recorder.record()
            self._unkept = _by_path(present.unkept)
            return present.snapshot

    async def keep(self, path: Path) -> None:
        """Keep *path* from now on, which snapshots would not: outside the workspace, or ignored.

        Called before the file is first changed. To a snapshot that is older than this call, the
        file belongs as it is now. What snapshots hold anyway is not kept twice, and nothing in a
        ``.git`` directory is kept.
        """
        path = await trio.to_thread.run_sync(_without_links, path)
        async with self._ready():
            if ".git" not in path.parts and await self._listing.ignores(path):
                await self._recorder.keep(os.fsencode(path))

    async def changes(self, snapshot: str) -> Changes:
        """Tell what is different now from *snapshot*.

        Raises:
            CheckpointError: there is no such snapshot.
        """
        async with self._ready():
            then = await self._contents(snapshot)
            return changes_between(then, (await self._recorder.record(then.files)).contents)

    async def restore(self, snapshot: str) -> Restored:
        """Bring the files of *snapshot* back, and delete those that it does not have.

        Touches no file that differs in nothing, that is ignored, or whose present content could
        not be kept. A restore that is cancelled half-way leaves some files as they were; ``take``
        before it, to be able to undo that, too.

        Raises:
            CheckpointError: there is no such snapshot; nothing was changed.
        """
        async with self._ready():
            target = await self._contents(snapshot)
            now = await self._recorder.record(target.files)
            restoration = Restoration(self._root, target, now, self._recorder.permissions)
            async with self._store.reading() as reader:
                await restoration.run(reader, self._listing)
        return Restored(
            undo=now.snapshot,
            written=paths(restoration.written),
            deleted=paths(restoration.deleted),
            unrestorable=_by_path(restoration.unrestorable),
        )

    async def diff(self, old: str, new: str) -> str:
        """Compare the snapshots *old* and *new*, as a unified diff for people.

        Raises:
            CheckpointError: there is no such snapshot.
        """
        async with self._ready():
            return await self._store.diff(old, new)

    @asynccontextmanager
    async def _ready(self) -> AsyncGenerator[None]:
        async with self._lock:
            await self._recorder.prepare()
            yield

    async def _contents(self, snapshot: str) -> Contents:
        return Contents.of(await self._store.tree(snapshot)).with_earlier(self._recorder.first)


@asynccontextmanager
async def open_checkpoints(
    store: Path,
    workspace: Path,
    *,
    leave_out: Sequence[Path] = (),
    limits: Limits | None = None,
) -> AsyncGenerator[Checkpoints]:
    """Keep snapshots of *workspace* in *store*, for as long as the block lasts.

    Nothing is made before the first use. One process at a time may use a store.

    Args:
        store: a directory of our own, which becomes a bare git repository, readable by its owner.
        workspace: an existing directory, be it a repository or not.
        leave_out: directories of the workspace that are not looked into, such as sagent's own;
            the store never is.
        limits: how much is kept.
    """
    limits = limits or Limits()
    root = await trio.Path(workspace).resolve()
    git = Git(Path(await trio.Path(store).resolve()), Path(root))
    outside = [Path(await trio.Path(place).resolve()) for place in (store, *leave_out)]
    listing = Listing(git, outside, limits.max_files)
    kept = Store(git)
    recorder = Recorder(os.fsencode(root), kept, listing, limits)
    yield Checkpoints(os.fsencode(root), kept, listing, recorder)


def _without_links(path: Path) -> Path:
    # Not the last step: a link is kept as one.
    return path.parent.resolve() / path.name


def _by_path(reasons: Mapping[bytes, str]) -> dict[Path, str]:
    return {Path(os.fsdecode(key)): reason for key, reason in reasons.items()}
