from collections.abc import Iterable
from functools import partial

import attrs
import trio

from sagent.checkpoint._changes import plan_between
from sagent.checkpoint._contents import Contents, is_elsewhere
from sagent.checkpoint._listing import Listing
from sagent.checkpoint._placement import put, remove
from sagent.checkpoint._recorder import Present
from sagent.checkpoint._store import Reader
from sagent.errors import CheckpointError

_RULES = b".gitignore"


@attrs.define(eq=False)
class Restoration:
    """Brings files back, and goes on with the next where one resists.

    What now differs from the snapshot is deleted or written, ``.gitignore`` files first: the
    rules that the snapshot was taken under say what may be deleted.
    """

    _root: bytes
    _target: Contents
    _now: Present
    _permissions: dict[bytes, int]
    written: list[bytes] = attrs.field(factory=list[bytes], init=False)
    deleted: list[bytes] = attrs.field(factory=list[bytes], init=False)
    unrestorable: dict[bytes, str] = attrs.field(factory=dict[bytes, str], init=False)

    async def run(self, reader: Reader, listing: Listing) -> None:
        """Do all of it."""
        plan = plan_between(self._target, self._now.contents)
        for key in plan.unkept:
            self.unrestorable[key] = self._now.unkept.get(key, "the snapshot does not hold it")
        rules = filter(_is_rules, plan.deletes + plan.writes)
        # From the top down: rules further up say which rules further down count.
        for depth in sorted({key.count(b"/") for key in rules}):
            at_depth = partial(_is_rules, depth=depth)
            await self._write(filter(at_depth, plan.writes), reader)
            await self._delete(await self._deletable(filter(at_depth, plan.deletes), listing))
        await self._delete(
            await self._deletable((key for key in plan.deletes if not _is_rules(key)), listing)
        )
        written = set(self.written)
        await self._write([key for key in plan.writes if key not in written], reader)

    async def _deletable(self, candidates: Iterable[bytes], listing: Listing) -> list[bytes]:
        keys = list(candidates)
        if all(key in self._target.absent for key in keys):
            return keys
        try:
            listed = set(await listing.keys())
        except CheckpointError as error:
            self.unrestorable |= dict.fromkeys(keys, str(error))
            return []
        return [key for key in keys if key in self._target.absent or key in listed]

    async def _delete(self, keys: Iterable[bytes]) -> None:
        for key in keys:
            over = self._now.sightings[key].signature
            delete = partial(remove, self._root, key, over=over)
            if await self._done(key, delete):
                self.deleted.append(key)

    async def _write(self, keys: Iterable[bytes], reader: Reader) -> None:
        for key in keys:
            entry = self._target.files[key]
            seen = self._now.sightings.get(key)
            try:
                content = await reader.content(entry.oid)
            except CheckpointError as error:
                self.unrestorable[key] = str(error)
                continue
            write = partial(
                put,
                self._root,
                key,
                content,
                mode=entry.mode,
                over=None if seen is None else seen.signature,
                permissions=self._permissions.get(key),
            )
            if await self._done(key, write):
                self.written.append(key)

    async def _done(self, key: bytes, step: partial[None]) -> bool:
        try:
            await trio.to_thread.run_sync(step)
        except OSError as error:
            self.unrestorable[key] = error.strerror or str(error)
            return False
        self.unrestorable.pop(key, None)
        return True


def _is_rules(key: bytes, *, depth: int | None = None) -> bool:
    if key.rpartition(b"/")[2] != _RULES or is_elsewhere(key):
        return False
    return depth is None or key.count(b"/") == depth
