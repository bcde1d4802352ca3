"""Git's own bulk writer, ``git fast-import``, as git-fast-import(1) describes its input."""

import hashlib

import attrs

from sagent.checkpoint._contents import Entry, Tree
from sagent.checkpoint._conversation import Conversation

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@attrs.define(eq=False)
class Importer:
    """Writes contents and trees; all of it is kept when it ends well, or nothing."""

    _talk: Conversation
    written: set[str] = attrs.field(factory=set[str], init=False)

    async def blob(self, oid: str, content: bytes) -> None:
        """Write a content whose id is *oid*, unless it was just written."""
        if oid not in self.written:
            self.written.add(oid)
            await self._talk.say(b"blob\ndata %d\n%b\n" % (len(content), content))

    async def commit(self, ref: str, base: Tree | None, tree: Tree) -> str:
        """Write *tree* as what follows *base* on *ref*, and give its id.

        Args:
            ref: the whole name of a reference.
            base: what the reference holds; None where it does not exist.
            tree: what it shall hold; all contents are written.
        """
        await self._talk.say(_commit(ref, base, tree))
        if not tree:
            return EMPTY_TREE
        await self._talk.say(b'ls ""\n')
        return (await self._talk.line()).split()[2].decode()


def blob_id(content: bytes) -> str:
    """Give the id of a content, as gitformat-objects defines it."""
    digest = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _commit(ref: str, base: Tree | None, tree: Tree) -> bytes:
    name = ref.encode()
    lines = [b"commit " + name, b"committer sagent <sagent@localhost> now", b"data 0"]
    if base is not None:
        lines.append(b"from %b^0" % name)
    before = base or {}
    # Deletions first: a file may take the place of a directory, or a directory that of a file.
    lines += [b"D " + _quoted(path) for path in before if path not in tree]
    lines += [_line(path, e) for path, e in tree.items() if before.get(path) != e]
    return b"\n".join(lines) + b"\n"


def _line(path: bytes, entry: Entry) -> bytes:
    return b"M %b %b %b" % (entry.mode.encode(), entry.oid.encode(), _quoted(path))


def _quoted(path: bytes) -> bytes:
    escaped = path.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'
