import os
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import attrs


@attrs.frozen
class FileStamp:
    """A file's state when it was last seen.

    Attributes:
        mtime_ns: when it was last written, in nanoseconds since the epoch.
        size_bytes: how long it was.
    """

    mtime_ns: int
    size_bytes: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStamp":
        """Take the stamp out of *status*."""
        return cls(status.st_mtime_ns, status.st_size)


@attrs.frozen(kw_only=True)
class SeenFile:
    """A file as somebody has read it.

    Attributes:
        path: where it is, without symbolic links.
        stamp: its state then.
        content: what it held; None if that is not kept.
    """

    path: Path
    stamp: FileStamp
    content: bytes | None = attrs.field(default=None, repr=False)


@attrs.frozen
class _Root:
    """A directory that a workspace has, as it was when it was added.

    Its real path is taken once: what is put in its place later is not what was meant.
    """

    path: Path
    real: Path

    @classmethod
    def at(cls, path: Path) -> "_Root":
        """Take the directory that *path* is now."""
        real = Path(os.path.realpath(path))
        return cls(path, path if real == path else real)


_KEPT_FILE_BYTES = 64 << 10
_KEPT_BYTES = 1 << 20
"""How much of what files held is kept, in one file and in all of them."""


def _here() -> Path:
    return Path.cwd()


@attrs.define
class Workspace:
    """One agent's place in the file system, shared by its tools.

    Names that are not absolute start at `cwd`, which follows the shell's ``cd``.

    No symbolic link in `roots` leads the file tools to what is outside of all of them.

    Several tools may say at once, each in a thread, what the agent saw.
    """

    cwd: Path = attrs.field(factory=_here)
    _roots: tuple[_Root, ...] = attrs.field(
        init=False,
        default=attrs.Factory(lambda workspace: (_Root.at(workspace.cwd),), takes_self=True),
    )
    _guarded: tuple[Path, ...] = attrs.field(default=(), init=False)
    shell_environ: Mapping[str, str] | None = attrs.field(default=None, init=False, repr=False)
    """What the agent's last shell has exported; None before the first."""
    _seen: dict[Path, FileStamp] = attrs.field(factory=dict[Path, FileStamp], init=False)
    _contents: dict[Path, bytes] = attrs.field(factory=dict[Path, bytes], init=False)
    _mutex: threading.Lock = attrs.field(factory=threading.Lock, init=False, eq=False, repr=False)
    """Held while `_seen` and `_contents` change."""

    @property
    def roots(self) -> tuple[Path, ...]:
        """The directories that the workspace has: at first the `cwd` that it began with."""
        return tuple(root.path for root in self._roots)

    def add_root(self, path: Path) -> None:
        """Let the workspace have the directory *path* too."""
        self._roots = (*self._roots, _Root.at(path))

    def guard(self, path: Path) -> None:
        """Keep the file tools from changing what is in the directory *path*, which others keep."""
        self._guarded = (*self._guarded, Path(os.path.realpath(path)))

    def is_guarded(self, path: Path) -> bool:
        """Tell whether *path*, which has no symbolic link in it, is not to be changed."""
        return any(path.is_relative_to(guarded) for guarded in self._guarded)

    def names(self, path: Path) -> bool:
        """Tell whether *path*, as it is written, is in one of the roots."""
        return any(
            path.is_relative_to(root.path) or path.is_relative_to(root.real) for root in self._roots
        )

    def holds(self, path: Path) -> bool:
        """Tell whether *path*, which has no symbolic link in it, is in one of the roots."""
        return any(path.is_relative_to(root.real) for root in self._roots)

    def resolve(self, name: str) -> Path:
        """Give the absolute path that *name* stands for; ``~`` is the home directory."""
        return Path(os.path.normpath(self.cwd / Path(name).expanduser()))

    def saw(self, path: Path, stamp: FileStamp, content: bytes | None = None) -> None:
        """Remember that the agent knows *path* as it is at *stamp*, when it held *content*.

        The content is kept of small files, and of the last ones, so that changes can be shown.
        """
        if self.is_guarded(path):
            return  # who keeps it changes it all the time
        with self._mutex:
            self._seen[path] = stamp
            self._contents.pop(path, None)
            if content is not None and len(content) <= _KEPT_FILE_BYTES:
                self._contents[path] = content
                self._forget_oldest()

    def seen_content(self, path: Path) -> bytes | None:
        """Give what *path* held when the agent saw it last, if that was kept."""
        return self._contents.get(path)

    @property
    def seen(self) -> Mapping[Path, FileStamp]:
        """The files that the agent knows by now, each as it was when it last saw it."""
        with self._mutex:
            return MappingProxyType(self._seen.copy())

    def last_seen(self, path: Path) -> FileStamp | None:
        """Give the state in which the agent knows *path*, if it does."""
        return self._seen.get(path)

    def _forget_oldest(self) -> None:
        excess = sum(map(len, self._contents.values())) - _KEPT_BYTES
        while excess > 0:
            excess -= len(self._contents.pop(next(iter(self._contents))))
