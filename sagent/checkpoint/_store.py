import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import trio

from sagent.checkpoint._contents import Entry
from sagent.checkpoint._conversation import Conversation
from sagent.checkpoint._git import Git
from sagent.checkpoint._importer import Importer
from sagent.errors import CheckpointError


@attrs.frozen
class Reader:
    """Reads one content after the other."""

    _talk: Conversation

    async def content(self, oid: str) -> bytes:
        """Read the content whose id is *oid*.

        Raises:
            CheckpointError: there is none.
        """
        await self._talk.say(oid.encode() + b"\n")
        told = (await self._talk.line()).split()
        if told[1] != b"blob":
            raise CheckpointError(f"content {oid} is missing from the store")
        return (await self._talk.exactly(int(told[2]) + 1))[:-1]


@attrs.define(eq=False)
class Store:
    """The private repository: contents and trees, and what two references hold.

    Attributes:
        SNAPSHOTS: the reference that holds the last snapshot, and those before as its history.
        FIRST: the reference that holds how files elsewhere were when they were first asked for.
    """

    SNAPSHOTS = "refs/sagent/snapshots"
    FIRST = "refs/sagent/first"

    _git: Git
    _known: set[str] = attrs.field(factory=set[str], init=False)

    async def prepare(self) -> None:
        """Make the repository where there is none, and clear what a killed git left in it.

        Raises:
            CheckpointError: there is no git, or the directory cannot be made.
        """
        store = self._git.store
        try:
            await trio.to_thread.run_sync(_make_private, store)
        except OSError as error:
            raise CheckpointError(f"cannot make {store}: {error.strerror}") from error
        await self._git.clear()
        await self._git.check_version()
        await self._git.run("init", "--quiet", "--bare", "--template=")
        self._git.index.unlink(missing_ok=True)

    async def head(self, ref: str) -> tuple[str, dict[bytes, Entry]] | None:
        """Give the id and the tree that *ref* holds; None where it does not exist."""
        told = await self._git.run("for-each-ref", "--format=%(tree)", ref)
        if not told:
            return None
        tree_id = told.decode().strip()
        tree = await self.tree(tree_id)
        self._known |= {entry.oid for entry in tree.values()}
        return tree_id, tree

    async def tree(self, tree_id: str) -> dict[bytes, Entry]:
        """Read a tree.

        Raises:
            CheckpointError: there is none of that id.
        """
        if not re.fullmatch(r"[0-9a-f]{40}", tree_id):
            raise CheckpointError(f"{tree_id!r} is no snapshot's id")
        try:
            told = await self._git.run("ls-tree", "-r", "-z", "--full-tree", tree_id)
        except CheckpointError as error:
            raise CheckpointError(
                f"there is no snapshot {tree_id} in {self._git.store}: {error}"
            ) from error
        tree: dict[bytes, Entry] = {}
        for row in told.split(b"\0")[:-1]:
            about, path = row.split(b"\t", 1)
            mode, _kind, oid = about.decode().split(" ")
            tree[path] = Entry(mode, oid)
        return tree

    def has(self, oid: str) -> bool:
        """Tell whether a content is known to be here."""
        return oid in self._known

    @asynccontextmanager
    async def importing(self) -> AsyncGenerator[Importer]:
        """Write contents and trees, which are there when the block has ended."""
        arguments = ["fast-import", "--quiet", "--force", "--date-format=now"]
        async with self._git.conversation(*arguments) as talk:
            importer = Importer(talk)
            yield importer
        self._known |= importer.written

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Reader]:
        """Read contents."""
        async with self._git.conversation("cat-file", "--batch") as talk:
            yield Reader(talk)

    async def diff(self, old_id: str, new_id: str) -> str:
        """Compare two trees, as a unified diff."""
        parts = [
            await self._git.run(
                "diff-tree", "-p", "-r", "--no-ext-diff", "--no-textconv", "--no-color",
                "--find-renames", f"--relative={directory}", old_id, new_id,
            )
            for directory in ("workspace", "elsewhere")
        ]  # fmt: skip
        return b"".join(parts).decode(errors="replace")


def _make_private(store: Path) -> None:
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    store.chmod(0o700)
