"""Where config files are, and all that they say."""

import os
from collections.abc import Iterator
from pathlib import Path

import attrs

from sagent.cli._config.config import Config, merged
from sagent.cli._config.layer import File, Layer, environment_layer
from sagent.errors import UnknownNameError, UsageError
from sagent.home import Home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from sagent.cli._config_parser import ConfigOptions
    from sagent.cli._options import Options

FILE = "config.toml"
CONFIG_VARIABLE = "SAGENT_CONFIG"
NONE = "none"
"""The word for no file at all."""
_FOLDER = ".sagent"


type Project = Literal["read", "ignore", "as set"]
"""What becomes of a project's files: as the user's own and the environment say, or not."""


@attrs.frozen(kw_only=True)
class Sources:
    """Which files are to be read.

    Attributes:
        named: a file in place of the user's own, `NONE` for none of any kind, or "".
        project: whether a project's files count.
    """

    named: str = ""
    project: Project = "as set"

    def own(self) -> File | None:
        """Give the user's file; None for none."""
        if self.is_none:
            return None
        if self.file:
            path = Path(self.file).absolute()
            return File(path, path.parent)
        try:
            root = Home.default().root
        except UsageError:  # told when the session is to be opened
            return None
        return File(root / FILE, root.parent)

    @property
    def is_none(self) -> bool:
        """Whether no file is to be read."""
        return self.file == NONE

    @property
    def file(self) -> str:
        """The file that a flag names, or else the environment; "" for the user's own."""
        return self.named or os.environ.get(CONFIG_VARIABLE, "")


def sources_of(options: "Options | ConfigOptions") -> Sources:
    """Give the files that flags leave to be read."""
    ignored = options.no_project_instructions
    project: Project = "as set" if ignored is None else "ignore" if ignored else "read"
    return Sources(named=options.config_file or "", project=project)


def load_config(sources: Sources) -> Config:
    """Read the files that there are, and the environment. Blocks.

    Raises:
        UsageError: a file or a variable says what cannot be meant, or a file that was named is
            not there; in one line, with its place and a remedy.
    """
    environment = environment_layer(os.environ)
    own = sources.own()
    layers: list[Layer] = []
    files: list[Path] = []
    if own is not None and (sources.file or _is_there(own.path)):
        layers.append(_read(own))
        files.append(own.path)
    if _reads_project(sources, [*layers, environment]):
        trusted = _trusted([*layers, environment])
        for path in project_files(beside=None if own is None else own.path):
            is_trusted = _is_below(path.parent.parent, trusted)
            file = File(path, path.parent.parent, trust="own" if is_trusted else "project")
            layers.append(_read(file, own))
            files.append(path)
    return Config(merged([*layers, environment], _provider_of), tuple(files))


def _read(file: File, own: File | None = None) -> Layer:
    from sagent.cli._config.file_layer import read_layer  # noqa: PLC0415  # it loads what reads TOML

    return read_layer(file, own_path=None if own is None else own.path)


def project_files(*, beside: Path | None) -> Iterator[Path]:
    """Find the files of the project that we are in, from its root down; not the one *beside*."""
    try:
        cwd = Path.cwd()
    except OSError:  # it is gone; the run tells so
        return
    names = [place / _FOLDER / FILE for place in _above(cwd)]
    if not any(map(_is_there, names)):  # most projects have none, and no more is loaded
        return
    from sagent.prompt import directories_to  # noqa: PLC0415

    _, directories = directories_to(cwd)
    for directory in directories:
        path = directory / _FOLDER / FILE
        if _is_there(path) and not (beside and _is_same(path, beside)):
            yield path


def _above(cwd: Path) -> Iterator[Path]:
    yield from (cwd, *cwd.parents)
    real = Path(os.path.realpath(cwd))
    if real != cwd:
        yield from (real, *real.parents)


def _is_there(path: Path) -> bool:
    return os.path.lexists(path)


def _is_same(path: Path, other: Path) -> bool:
    return os.path.realpath(path) == os.path.realpath(other)


def _is_below(directory: Path, trusted: frozenset[str]) -> bool:
    real = Path(os.path.realpath(directory))
    return any(str(place) in trusted for place in (real, *real.parents))


def _reads_project(sources: Sources, layers: list[Layer]) -> bool:
    said = [layer.settings.get("project_instructions") for layer in layers]
    last = next((setting.value for setting in reversed(said) if setting is not None), True)
    wanted = last is True if sources.project == "as set" else sources.project == "read"
    return wanted and not sources.is_none


def _trusted(layers: list[Layer]) -> frozenset[str]:
    places: set[str] = set()
    for layer in layers:
        setting = layer.settings.get("trusted_projects")
        if setting is not None and isinstance(setting.value, tuple):
            places |= {os.path.realpath(str(place)) for place in setting.value}
    return frozenset(places)


def _provider_of(model: str) -> str | None:
    from sagent.providers import infer_provider  # noqa: PLC0415  # few configs name a model alone

    try:
        return infer_provider(model)
    except UnknownNameError:
        return None
