"""Files of instructions, and what was read of them."""

from pathlib import Path

from sagent.prompt import Instructions


def write(path: Path, text: str) -> Path:
    """Write *text* into *path*, with the directories that this takes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def texts(found: Instructions) -> list[str]:
    """Give what a model reads of each file."""
    return [source.text for source in found.sources]
