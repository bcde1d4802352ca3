import os
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

_MASK = b"[secret]"  # what a session's own file has in place of one


@attrs.define(eq=False)
class ResultFile:
    """A file of a `ResultFolder` that is being written; secrets do not get into it.

    It blocks as files do. Leaving its block closes it.

    Attributes:
        path: where it is.
    """

    path: Path
    _descriptor: int = attrs.field(repr=False)
    _secrets: tuple[bytes, ...] = attrs.field(repr=False)
    _held: bytes = attrs.field(default=b"", init=False, repr=False)
    """The end of what was written: a secret may go on after it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, octets: bytes) -> None:
        """Append *octets*; the last few are on disk when more comes, or at the end.

        Raises:
            OSError: the disk is full or broken.
        """
        octets = self._cleaned(self._held + octets)
        longest = max(map(len, self._secrets), default=1)
        end = max(len(octets) - longest + 1, 0)
        self._held = octets[end:]
        self._put(octets[:end])

    def close(self) -> None:
        """Write what is left, and close the file.

        Raises:
            OSError: the disk is full or broken; the file is closed all the same.
        """
        if self._descriptor < 0:
            return
        rest, self._held = self._held, b""
        try:
            self._put(rest)
        finally:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def discard(self) -> None:
        """Close the file and delete it."""
        self._held = b""
        self.close()
        self.path.unlink(missing_ok=True)

    def _cleaned(self, octets: bytes) -> bytes:
        for secret in self._secrets:
            octets = octets.replace(secret, _MASK)
        return octets

    def _put(self, octets: bytes) -> None:
        rest = memoryview(octets)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
