import os
import re
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
    """The longest first: it may begin as another does."""
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
        whole = self._held + octets
        # Whatever begins before this is here to its end.
        decided = max(len(whole) - len(next(iter(self._secrets), b" ")) + 1, 0)
        cleaned, end = self._cleaned(whole, decided)
        self._held = whole[end:]
        self._put(cleaned)

    def close(self) -> None:
        """Write what is left, and close the file.

        Raises:
            OSError: the disk is full or broken; the file is closed all the same.
        """
        if self._descriptor < 0:
            return
        rest, self._held = self._held, b""
        try:
            self._put(self._cleaned(rest, len(rest))[0])
        finally:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)

    def discard(self) -> None:
        """Close the file and delete it."""
        self._held = b""
        try:
            self.close()
        finally:
            self.path.unlink(missing_ok=True)

    def _cleaned(self, octets: bytes, stop: int) -> tuple[bytes, int]:
        """Mask the secrets that begin before *stop*; tell where what was cleaned ends."""
        if not any(secret in octets for secret in self._secrets):
            return octets[:stop], stop
        pieces: list[bytes] = []
        end = 0
        for found in re.finditer(b"|".join(map(re.escape, self._secrets)), octets):
            if found.start() >= stop:
                break
            pieces += (octets[end : found.start()], _MASK)
            end = found.end()
        pieces.append(octets[end:stop])
        return b"".join(pieces), max(end, stop)

    def _put(self, octets: bytes) -> None:
        rest = memoryview(octets)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
