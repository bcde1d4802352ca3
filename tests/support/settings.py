"""Config files of a user and of projects."""

from pathlib import Path


def write_config(place: Path, text: str) -> Path:
    """Write the config of the home or of the project's folder *place*."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / "config.toml"
    path.write_text(text)
    return path
