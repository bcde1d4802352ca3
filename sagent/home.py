"""Where sagent keeps what it remembers on this machine."""

import hashlib
import os
import re
from pathlib import Path

import attrs

from sagent.errors import UsageError

HOME_VARIABLE = "SAGENT_HOME"
_NAME_CHARS = 60
_DIGEST_CHARS = 8


@attrs.frozen
class Home:
    """A directory of sagent's own; nothing in it is made before it is needed.

    Attributes:
        root: an absolute path.
    """

    root: Path

    @classmethod
    def default(cls) -> "Home":
        """Take ``SAGENT_HOME``, or else ``~/.sagent``.

        Raises:
            UsageError: there is no home directory, and the variable is not set.
        """
        if named := os.environ.get(HOME_VARIABLE):
            return cls(Path(named).absolute())
        user = os.environ.get("HOME")
        if user is not None and not user.startswith("/"):  # it would be the root, or change by cd
            raise UsageError(
                f"HOME is {user!r}, no directory for sessions and memory: set {HOME_VARIABLE}"
            )
        try:
            return cls(Path.home() / ".sagent")
        except RuntimeError as error:
            raise UsageError(
                f"there is no home directory for sessions and memory: set {HOME_VARIABLE}"
            ) from error

    @property
    def run(self) -> Path:
        """Where the sockets of those who run are, by which their user reaches them."""
        return self.root / "run"

    def project(self, cwd: Path) -> Path:
        """Give the directory of the project in *cwd*, readable and no other project's.

        Two names for one directory, by a symbolic link, are one project.
        """
        place = os.path.realpath(cwd)
        digest = hashlib.sha256(os.fsencode(place)).hexdigest()[:_DIGEST_CHARS]
        name = re.sub(r"[^A-Za-z0-9._]+", "-", place).strip("-")[-_NAME_CHARS:].lstrip("-.")
        return self.root / "projects" / (f"{name}-{digest}" if name else digest)
