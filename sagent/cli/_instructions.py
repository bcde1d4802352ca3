"""What the agent of a run is told before all else."""

import os
import time
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from pathlib import Path

import attrs
import trio

from sagent.cli._options import Options
from sagent.cli._streams import complain
from sagent.errors import UsageError
from sagent.home import Home
from sagent.prompt import (
    ConditionalRules,
    CustomCommands,
    Instructions,
    Memory,
    ProjectInstructions,
    Skills,
    load_commands,
    load_instructions,
    load_memory,
    load_skills,
    system_prompt,
)
from sagent.session import Session

_NO_HOME = Home(Path(os.devnull))
"""Nothing can be in it."""


@attrs.frozen(kw_only=True)
class Briefing:
    """What an agent is told.

    Attributes:
        system: before all else.
        rules: as it touches the files that they are for.
    """

    system: str
    rules: ConditionalRules = attrs.field(factory=ConditionalRules)


@attrs.define
class _Found:
    """What was read, and the warnings about it."""

    instructions: Instructions = attrs.field(factory=Instructions, init=False)
    memory: Memory | None = attrs.field(default=None, init=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        of_memory = () if self.memory is None else self.memory.warnings
        return (*self.instructions.warnings, *of_memory)


async def brief(options: Options, session: Session | None, model_id: str) -> Briefing:
    """Read instructions and memory, and put them into words; what is wrong with them is told.

    The day in it is the one on which the session began, so that vendors' caches serve a
    conversation that goes on another day. Without a session there is no memory.
    """
    cwd, home, found = directory_of(session), home_at_hand(), _Found()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_read_instructions, found, options, cwd, home)
        if session is not None:
            nursery.start_soon(_read_memory, found, cwd, home)
    for warning in found.warnings:
        complain(warning)
    system = system_prompt(
        cwd,
        role=options.system,
        appended=options.append_system,
        instructions=found.instructions,
        memory=found.memory,
        model=model_id,
        today=_first_day(session),
    )
    return Briefing(system=system, rules=found.instructions.rules)


def brief_small(options: Options) -> Briefing:
    """Tell a small model only what the user says; its provider has words of its own."""
    return Briefing(system="\n\n".join(filter(None, (options.system, options.append_system))))


async def find_skills(options: Options, session: Session | None) -> Skills:
    """Find the skills of the run's directory and of the user; what is wrong with one is told."""
    skills = await skills_of(options, session)
    for warning in skills.warnings:
        complain(warning)
    return skills


async def skills_of(options: Options, session: Session | None) -> Skills:
    """Find the skills of the run's directory and of the user."""
    load = partial(
        load_skills,
        cwd=directory_of(session),
        home=home_at_hand(),
        project_instructions=_project(options),
    )
    return await trio.to_thread.run_sync(load)


async def find_commands(
    options: Options, session: Session | None, taken: Iterable[str]
) -> CustomCommands:
    """Find the prompts that the project and the user keep in files, under names not *taken*."""
    load = partial(
        load_commands,
        cwd=directory_of(session),
        home=home_at_hand(),
        taken=taken,
        project_instructions=_project(options),
    )
    return await trio.to_thread.run_sync(load)


def directory_of(session: Session | None) -> Path:
    """Tell where the agent works: where its session began, as long as that is there."""
    begun = None if session is None else session.transcript.header.cwd
    return begun if begun is not None and begun.is_dir() else Path.cwd()


def home_at_hand() -> Home:
    """Give the user's home of sagent; one with nothing in it if there is none."""
    try:
        return Home.default()
    except UsageError:  # told when the session was to be opened
        return _NO_HOME


async def _read_instructions(found: _Found, options: Options, cwd: Path, home: Home) -> None:
    load = partial(
        load_instructions,
        cwd=cwd,
        home=home,
        extra_dirs=tuple(map(Path, options.add_dir)),
        project_instructions=_project(options),
    )
    found.instructions = await trio.to_thread.run_sync(load)


def _project(options: Options) -> ProjectInstructions:
    return "ignore" if options.no_project_instructions else "read"


async def _read_memory(found: _Found, cwd: Path, home: Home) -> None:
    found.memory = await trio.to_thread.run_sync(partial(load_memory, cwd=cwd, home=home))


def _first_day(session: Session | None) -> date:
    begun_ns = 0 if session is None else session.transcript.header.created_ns
    try:
        return _day(begun_ns or time.time_ns())
    except (OverflowError, OSError, ValueError):  # a file may say anything
        return _day(time.time_ns())


def _day(ns: int) -> date:
    return datetime.fromtimestamp(ns / 1e9).astimezone().date()
