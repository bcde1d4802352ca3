from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypedDict

import attrs

from sagent._async_library import check_trio
from sagent.actors import System, open_system
from sagent.errors import UsageError
from sagent.team._attempts import Attempts
from sagent.team._progress import OnProgress


class Options(TypedDict, total=False):
    """What all teams can be told; see `Settings` for what each means."""

    limit: int
    attempts: int | Attempts
    item_seconds: float | None
    system: System | None
    on_progress: OnProgress | None


class JournalOptions(Options, total=False):
    """What teams that work through many items can be told, too."""

    journal: Path | str | None
    system_key: str | None


def _attempts(attempts: int | Attempts) -> Attempts:
    return Attempts.of(attempts)


def _path(path: Path | str | None) -> Path | None:
    return None if path is None else Path(path)


@attrs.frozen(kw_only=True)
class Settings:
    """How a team works.

    Attributes:
        limit: how many items are worked on at once.
        attempts: how often each is tried; a number, or a policy.
        item_seconds: how long one item may take, all attempts together; None for any time.
        system: where agents are spawned, whose providers they share; None for a system of the
            team's own.
        on_progress: told of each step.
        journal: a file that keeps what is done from one run to the next.
        system_key: stands for the system prompt of agents in the journal, where that says what
            makes no other work of it, such as the day; None for the prompt itself.

    Raises:
        UsageError: a number makes no sense.
    """

    limit: int = 10
    attempts: Attempts = attrs.field(factory=Attempts, converter=_attempts)
    item_seconds: float | None = None
    system: System | None = None
    on_progress: OnProgress | None = None
    journal: Path | None = attrs.field(default=None, converter=_path)
    system_key: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.limit < 1:
            raise UsageError(f"limit is {self.limit}: let at least one item be worked on")
        if self.item_seconds is not None and not self.item_seconds > 0:
            raise UsageError(f"item_seconds is {self.item_seconds}: give an item some time")


@asynccontextmanager
async def with_system(settings: Settings) -> AsyncGenerator[Settings]:
    """Give *settings* with a system, opened for the block if they have none."""
    check_trio("a team")
    if settings.system is not None:
        yield settings
        return
    async with open_system() as system:
        yield attrs.evolve(settings, system=system)
