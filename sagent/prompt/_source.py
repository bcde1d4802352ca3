from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import attrs

from sagent.prompt._text_file import cut_text, shown

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


def fitted(sources: Iterable[Source], *, most_bytes: int) -> tuple[list[Source], list[str]]:
    """Cut the texts that are too much together, and tell of each; room goes to the first."""
    kept: list[Source] = []
    warnings: list[str] = []
    for source in sources:
        text = cut_text(source.text, most_bytes=most_bytes)
        most_bytes -= len(text.encode(errors="replace"))
        if text != source.text:
            warnings.append(f"{shown(source.path)} is cut: there are too many instructions in all")
            text += f"[cut: read {shown(source.path)} for the rest]"
        kept.append(attrs.evolve(source, text=text))
    return kept, warnings


def render(sources: Iterable[Source]) -> str:
    """Give the texts, each between tags that name its file; what is empty is left out."""
    return "\n\n".join(
        f'<instructions from="{shown(source.path)}">\n{source.text}\n</instructions>'
        for source in sources
        if source.text
    )
