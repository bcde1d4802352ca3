import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from typing import Protocol

import attrs

from sagent.process import secret_values
from sagent.tool._result_file import ResultFile
from sagent.tool._temporary_place import TemporaryPlace

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_NAME_CHARS = 100


class _Place(Protocol):
    @property
    def lasts(self) -> bool: ...

    @property
    def is_to_be_removed(self) -> bool: ...

    def make(self) -> Path: ...

    def remove(self) -> None: ...


@attrs.frozen
class _LastingPlace:
    """A directory beside other files of its owner, who removes them all."""

    directory: Path
    lasts: bool = attrs.field(default=True, init=False)
    is_to_be_removed: bool = attrs.field(default=False, init=False)

    def make(self) -> Path:
        self.directory.mkdir(mode=0o700, exist_ok=True)
        return self.directory

    def remove(self) -> None:
        """Leave it there."""


def _secrets_here() -> frozenset[str]:
    return secret_values(os.environ)


@attrs.define(eq=False)
class ResultFolder:
    """A private folder for what is too large for a conversation; it is made when first needed.

    The folder is 0700 and its files are 0600, without the secrets of its owner. Its methods block
    as files do, so a task calls them in a thread.
    """

    _place: _Place = attrs.field(factory=TemporaryPlace)
    _secrets: Callable[[], Iterable[str]] = attrs.field(default=_secrets_here, repr=False)

    @classmethod
    def lasting(cls, directory: Path, secrets: Iterable[str]) -> "ResultFolder":
        """Keep results in *directory*, which stays; its parent must be there.

        Args:
            directory: the folder, which need not be there yet.
            secrets: what is never written.
        """
        return cls(_LastingPlace(directory), lambda: secrets)

    @classmethod
    def temporary(cls) -> "ResultFolder":
        """Keep results in a folder of their own, until `remove`.

        What looks like a credential in the environment is never written.
        """
        return cls()

    @property
    def lasts(self) -> bool:
        """Whether it is there when its agent is not."""
        return self._place.lasts

    @property
    def is_to_be_removed(self) -> bool:
        """Whether there is anything for `remove` to do."""
        return self._place.is_to_be_removed

    def create(self, name: str, suffix: str = ".txt") -> ResultFile:
        """Begin a file that is named after *name*, in characters that every shell takes as such.

        A number is added where there is such a file.

        Raises:
            OSError: it cannot be made.
        """
        folder = self._place.make()
        stem = _NO_NAME.sub("_", name)[:_NAME_CHARS].strip("_-") or "result"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        ends = chain([suffix], (f"-{number}{suffix}" for number in count(2)))
        while True:
            path = folder / f"{stem}{next(ends)}"
            with suppress(FileExistsError):
                return ResultFile(path, os.open(path, flags, 0o600), self._octets())

    def keep(self, name: str, text: str) -> Path:
        """Write *text* into a file that is named after *name*, and give its path.

        Raises:
            OSError: it cannot be written; nothing of it is left.
        """
        file = self.create(name)
        try:
            file.write(text.encode(errors="replace"))
            file.close()
        except BaseException:
            file.discard()
            raise
        return file.path

    def remove(self) -> None:
        """Delete a temporary folder, with all that is in it."""
        self._place.remove()

    def _octets(self) -> tuple[bytes, ...]:
        forms = {form for secret in self._secrets() if secret for form in _forms(secret)}
        return tuple(sorted(forms, key=len, reverse=True))


def _forms(secret: str) -> Iterator[bytes]:
    yield secret.encode(errors="replace")
    with suppress(UnicodeEncodeError):
        yield os.fsencode(secret)  # as the environment has it
