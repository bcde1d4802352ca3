"""What the agent of a run is told before all else."""

import time
from datetime import date, datetime
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.cli._parser import Options
from sagent.cli._streams import complain
from sagent.home import Home
from sagent.prompt import (
    Instructions,
    Memory,
    ProjectInstructions,
    load_instructions,
    load_memory,
    system_prompt,
)
from sagent.session import Session


@attrs.define
class _Found:
    """What was read, and the warnings about it."""

    instructions: Instructions | None = attrs.field(default=None, init=False)
    memory: Memory | None = attrs.field(default=None, init=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        found = (self.instructions, self.memory)
        return tuple(warning for each in found if each is not None for warning in each.warnings)


async def write_system_prompt(options: Options, session: Session | None, model_id: str) -> str:
    """Read instructions and memory, and put them into words; what is wrong with them is told.

    The day in it is the one on which the session began, so that vendors' caches serve a
    conversation that goes on another day. Without a session there is no memory.
    """
    cwd = Path.cwd()
    home = Home.default()
    found = _Found()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_read_instructions, found, options, cwd, home)
        if session is not None:
            nursery.start_soon(_read_memory, found, cwd, home)
    for warning in found.warnings:
        complain(warning)
    return system_prompt(
        cwd,
        role=options.system,
        appended=options.append_system,
        instructions=found.instructions,
        memory=found.memory,
        model=model_id,
        today=_first_day(session),
    )


async def _read_instructions(found: _Found, options: Options, cwd: Path, home: Home) -> None:
    project: ProjectInstructions = "ignore" if options.no_project_instructions else "read"
    load = partial(
        load_instructions,
        cwd=cwd,
        home=home,
        extra_dirs=tuple(map(Path, options.add_dir)),
        project_instructions=project,
    )
    found.instructions = await trio.to_thread.run_sync(load)


async def _read_memory(found: _Found, cwd: Path, home: Home) -> None:
    found.memory = await trio.to_thread.run_sync(partial(load_memory, cwd=cwd, home=home))


def _first_day(session: Session | None) -> date:
    begun_ns = 0 if session is None else session.transcript.header.created_ns
    return datetime.fromtimestamp((begun_ns or time.time_ns()) / 1e9).astimezone().date()
