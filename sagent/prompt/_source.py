from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import attrs

from ._text_file import shown

type Scope = Literal["user", "project"]
"""Whose a file is: the user's own, from the home, or the project's."""


@attrs.frozen(kw_only=True)
class Source:
    """One file of instructions.

    Attributes:
        path: where it was found.
        scope: whose it is.
        text: what the model reads of it: no front matter, no comments, cut to size.
        size_bytes: of the whole file.
        included_by: the file that includes it; None for one that stands for itself.
    """

    path: Path
    scope: Scope
    text: str = attrs.field(repr=False)
    size_bytes: int
    included_by: Path | None = None


def render(sources: Iterable[Source]) -> str:
    """Give the texts, each between tags that name its file; what is empty is left out."""
    return "\n\n".join(
        f'<instructions from="{shown(source.path)}">\n{source.text}\n</instructions>'
        for source in sources
        if source.text
    )
