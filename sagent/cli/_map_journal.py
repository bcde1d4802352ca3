"""Where ``sagent map`` keeps what is done, for the same command to go on from."""

import hashlib
import json
from pathlib import Path
from typing import Self

import attrs

from sagent.agent import Agent
from sagent.cli._map_items import Work
from sagent.cli._map_parser import MapOptions
from sagent.cli._streams import complain
from sagent.errors import UsageError
from sagent.home import Home
from sagent.prompt import undated

_MAPS = "maps"
"""The directory of a project's unfinished maps."""


@attrs.frozen
class MapJournal:
    """A file that keeps what is done.

    Attributes:
        path: where it is; None if nothing can be kept.
        is_ours: whether it goes when all is done, since nobody has asked for it.
    """

    path: Path | None
    is_ours: bool

    @classmethod
    def of(cls, options: MapOptions, agent: Agent, work: Work) -> Self:
        """Take the file that *options* name, or else one in the home, by what is asked of whom."""
        if options.journal is not None:
            return cls(Path(options.journal), is_ours=False)
        told = undated(agent.system)  # so that midnight is not the end of it
        asked = [options.each, options.reduce, agent.model.model_id, told, *work.items]
        name = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
        try:
            folder = Home.default().project(Path.cwd()) / _MAPS
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (UsageError, OSError) as error:
            complain(f"what is done is not kept: {error}")
            return cls(None, is_ours=False)
        return cls(folder / f"{name}.jsonl", is_ours=True)

    @property
    def told(self) -> str:
        """What becomes of work that is not finished, in words."""
        if self.path is None:
            return "not kept"
        return "kept; the same command goes on from there"

    def finish(self) -> None:
        """Know that all is done."""
        if self.is_ours and self.path is not None:
            self.path.unlink(missing_ok=True)
