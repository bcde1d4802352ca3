from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


def file_rules(lines: Iterable[str]) -> "GitIgnoreSpec":
    """Make rules of *lines* of a ``.gitignore``.

    Raises:
        ValueError: a line is no pattern.
    """
    from pathspec import GitIgnoreSpec  # noqa: PLC0415  # 15 ms, and many an agent searches nothing

    return GitIgnoreSpec.from_lines(lines)
