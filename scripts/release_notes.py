"""Print the notes of the newest release of CHANGELOG.md, or its version with ``--version``."""

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"
_RELEASE = re.compile(
    r"^## \[(?P<version>[0-9][^\]]*)\].*?\n(?P<notes>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


def newest_release(changelog: str) -> tuple[str, str]:
    """Give version and notes of the newest release that *changelog* tells of.

    Raises:
        LookupError: it tells of none.
    """
    if found := _RELEASE.search(changelog):
        return found["version"], found["notes"].strip()
    raise LookupError(
        f"{CHANGELOG.name} tells of no release yet: give [Unreleased] a version and a date first"
    )


if __name__ == "__main__":
    try:
        version, notes = newest_release(CHANGELOG.read_text())
    except LookupError as error:
        sys.exit(str(error))
    print(version if sys.argv[1:] == ["--version"] else notes)
