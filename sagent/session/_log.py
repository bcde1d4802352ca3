"""The file under a session: it only grows, by whole lines."""

import os
import sys
from pathlib import Path

import attrs

from sagent.errors import SessionError


@attrs.define(eq=False)
class Log:
    """An open file to which lines are appended.

    Attributes:
        path: where it is.
        unsynced: whether something was written that the disk may not have yet.
        closed: whether the descriptor is another file's, or nobody's, from now on.
    """

    path: Path
    _descriptor: int
    _size: int
    _torn: bool
    """The file does not end with a line's end."""
    unsynced: bool = attrs.field(default=False, init=False)
    closed: bool = attrs.field(default=False, init=False)

    @classmethod
    def of(cls, descriptor: int, path: Path) -> "Log":
        """Go on with the file at *path*, which is open as *descriptor*."""
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        return cls(path, descriptor, size, torn)

    def append(self, line: str) -> None:
        """Write *line*, whole or not at all.

        Raises:
            SessionError: it could not be written; what was there before is there still.
        """
        self._check()
        octets = f"\n{line}".encode() if self._torn else line.encode()
        try:
            status = os.fstat(self._descriptor)
            if not status.st_nlink:
                raise SessionError(
                    f"{self.path} was deleted: nothing more is kept; begin another session"
                )
            # What an error left behind earlier is not to be glued to this line.
            if status.st_size > self._size:
                os.ftruncate(self._descriptor, self._size)
            self._write_all(memoryview(octets))
        except OSError as error:
            self._cut()
            raise self._not_kept(error) from error
        self.unsynced = True
        self._size += len(octets)
        self._torn = False

    def append_surely(self, line: str) -> None:
        """Write *line* and wait until the disk has it, whole or not at all; this blocks.

        Raises:
            SessionError: as `append` does.
        """
        size, torn = self._size, self._torn
        self.append(line)
        try:
            self._flush()
        except OSError as error:
            self._size, self._torn = size, torn
            self._cut()
            raise self._not_kept(error) from error
        self.unsynced = False

    def sync(self) -> None:
        """Wait until the disk has what was written; this blocks.

        Raises:
            SessionError: the disk failed.
        """
        self._check()
        self.unsynced = False  # what is written meanwhile is for the next time
        try:
            self._flush()
        except OSError as error:
            self.unsynced = True
            raise SessionError(
                f"{self.path} may not have reached the disk ({error.strerror}): mend the disk, "
                "then compare the session with what was said"
            ) from error

    def _flush(self) -> None:
        if sys.platform == "darwin":
            os.fsync(self._descriptor)
        else:
            os.fdatasync(self._descriptor)

    def _not_kept(self, error: OSError) -> SessionError:
        return SessionError(
            f"{self.path} could not be written ({error.strerror}): what was said last is not "
            "kept; make room or mend the disk, then go on"
        )

    def _check(self) -> None:
        if self.closed:
            raise SessionError(
                f"{self.path} is closed: write within the block that opened it, or open it again"
            )

    def _write_all(self, rest: memoryview) -> None:
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def _cut(self) -> None:
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            return  # the next append tries again
