"""What a snapshot says, and how it is laid out as a tree of git.

A file is named by a key, which is bytes: its path relative to the workspace, or an absolute path
for a file elsewhere. The tree of a snapshot has up to four directories:

    workspace/a/b        a file of the workspace
    elsewhere/%2Fetc%2Fx a file elsewhere that was asked for
    absent/%2Fetc%2Fx    a file that was asked for and did not exist
    unkept/a%2Fb         a file that was there, and not kept: too large, or unreadable

Flat names stand where a path could be a file in one place and a directory in another.
"""

from collections.abc import Iterable, Mapping

import attrs

LINK = "120000"
EXECUTABLE = "100755"
PLAIN = "100644"

_WORKSPACE = b"workspace/"
_ELSEWHERE = b"elsewhere/"
_ABSENT = b"absent/"
_UNKEPT = b"unkept/"


@attrs.frozen
class Entry:
    """One file: its kind and its content's id, as git names them."""

    mode: str
    oid: str


type Tree = Mapping[bytes, Entry]
"""The files of a git tree by their paths in it."""

EMPTY = Entry(PLAIN, "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
"""The empty file, which marks what is absent or unkept."""


@attrs.frozen(kw_only=True)
class Contents:
    """The files of a workspace, and those elsewhere that were asked for, at one moment."""

    files: Mapping[bytes, Entry]
    absent: frozenset[bytes] = frozenset()
    unkept: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, tree: Tree) -> "Contents":
        """Read a snapshot's tree."""
        files = {
            path.removeprefix(_WORKSPACE): entry
            for path, entry in tree.items()
            if path.startswith(_WORKSPACE)
        }
        files.update((key, tree[_ELSEWHERE + _flat(key)]) for key in _named(tree, _ELSEWHERE))
        return cls(
            files=files,
            absent=frozenset(_named(tree, _ABSENT)),
            unkept=frozenset(_named(tree, _UNKEPT)),
        )

    def tree(self) -> dict[bytes, Entry]:
        """Lay the snapshot out."""
        return (
            {_place(key): entry for key, entry in self.files.items()}
            | {_ABSENT + _flat(key): EMPTY for key in self.absent}
            | {_UNKEPT + _flat(key): EMPTY for key in self.unkept}
        )

    def knows(self, key: bytes) -> bool:
        """Tell whether anything is said about *key*, be it that it is absent."""
        return key in self.files or key in self.absent or key in self.unkept

    def with_earlier(self, earlier: "Contents") -> "Contents":
        """Add what *earlier* says about files elsewhere of which nothing is said here."""
        return attrs.evolve(
            self,
            files={key: e for key, e in earlier.files.items() if not self.knows(key)}
            | dict(self.files),
            absent=self.absent | {key for key in earlier.absent if not self.knows(key)},
            unkept=self.unkept | {key for key in earlier.unkept if not self.knows(key)},
        )


NOTHING = Contents(files={})


def is_elsewhere(key: bytes) -> bool:
    """Tell whether *key* names a file outside the workspace."""
    return key.startswith(b"/")


def _place(key: bytes) -> bytes:
    return _ELSEWHERE + _flat(key) if is_elsewhere(key) else _WORKSPACE + key


def _named(tree: Iterable[bytes], directory: bytes) -> list[bytes]:
    return [
        path.removeprefix(directory).replace(b"%2F", b"/").replace(b"%25", b"%")
        for path in tree
        if path.startswith(directory)
    ]


def _flat(key: bytes) -> bytes:
    return key.replace(b"%", b"%25").replace(b"/", b"%2F")
