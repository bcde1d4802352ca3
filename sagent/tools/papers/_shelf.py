import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

import attrs

from sagent.home import Home
from sagent.tools._pdf import is_pdf
from sagent.tools.papers._paper_id import PaperId

_PROBE_BYTES = 1024
_NAME_CHARS = 80
_DIGEST_CHARS = 8


@attrs.frozen
class Shelf:
    """Papers that were fetched, each in a file of its own that only its owner can read.

    Its methods block: call them in a thread.
    """

    directory: Path

    @classmethod
    def of(cls, home: Home) -> "Shelf":
        """Give the one of *home*, which need not exist yet."""
        return cls(home.root / "papers")

    def find(self, names: Iterable[PaperId]) -> Path | None:
        """Give the file of the paper that goes by one of these *names*, if it is here."""
        return next(filter(_is_paper, map(self._place, names)), None)

    def put(self, name: PaperId, content: bytes) -> Path:
        """Keep *content* under *name*: all of it or nothing.

        Raises:
            OSError: it cannot be written.
        """
        self.directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.mkdir(mode=0o700, exist_ok=True)
        path = self._place(name)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        return path

    def _place(self, name: PaperId) -> Path:
        text = f"{name.kind}-{name.value}"
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:_NAME_CHARS]
        if plain != text:  # then two names could look alike
            digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
            plain = f"{plain}-{digest[:_DIGEST_CHARS]}"
        return self.directory / f"{plain}.pdf"


def _is_paper(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return False
        with path.open("rb") as file:
            return is_pdf(file.read(_PROBE_BYTES))
    except OSError:
        return False
