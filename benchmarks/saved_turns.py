"""What a session adds to an agent: turns that are saved, and a long conversation that goes on.

Times are CPU time, but where a row says otherwise; the disk's own time is not in them.
"""

import os
import time
from collections.abc import Buffer, Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs
import trio

from benchmarks.agent import PROMPT, calling
from benchmarks.effort import FULL, Effort
from benchmarks.parrot import Parrot
from benchmarks.row import BYTES, COUNT, MICROSECONDS, MILLISECONDS, Row, at_most, ratio_at_most
from sagent.actors import open_system
from sagent.agent import Agent
from sagent.home import Home
from sagent.message import Descriptor, MultipartMessage, TextMessage
from sagent.session import Durability, MessageRecord, Session, create_session, open_session

EARLY = range(10, 30)
LATE = range(976, 1026)
LOADED_MESSAGES = 10_000


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some twenty seconds."""
    return [
        *_saved_turns(effort, "turn"),
        *_saved_turns(effort, "none"),
        *_appends(),
        *_loaded(effort),
    ]


@contextmanager
def new_session(durability: Durability) -> Generator[Session]:
    with TemporaryDirectory() as place:
        root = Path(place)
        with create_session(Home(root), cwd=root, durability=durability) as session:
            yield session


def _saved_turns(effort: Effort, durability: Durability) -> list[Row]:
    agent = Agent(model=Parrot(), compactor=None)
    early, late = effort.medians(
        lambda: trio.run(_cpu_s_per_turn, agent, durability, EARLY),
        lambda: trio.run(_cpu_s_per_turn, agent, durability, LATE),
    )
    what = f"a turn with a session, durability {durability!r}"
    return [
        Row(
            what=f"{what}: turn 1,000 / turn 10",
            ours=late,
            anchor=early,
            unit=MICROSECONDS,
            target=ratio_at_most(1.1),
        ),
        Row(what=f"{what}: turn 1,000", ours=late, unit=MICROSECONDS, target=at_most(500e-6)),
    ]


async def _cpu_s_per_turn(agent: Agent, durability: Durability, turns: range) -> float:
    with new_session(durability) as session:
        async with open_system() as system:
            ref = await system.spawn(attrs.evolve(agent, session=session))
            for _ in range(1, turns.start):
                await ref.ask(PROMPT)
            start = time.process_time()
            for _ in turns:
                await ref.ask(PROMPT)
            return (time.process_time() - start) / len(turns)


def _appends() -> list[Row]:
    rows: list[Row] = []
    agents = (("a turn", Agent(model=Parrot(), compactor=None)), ("a turn with a tool", calling(1)))
    for what, agent in agents:
        (early_bytes, early_writes), (bytes_, writes) = (
            trio.run(written_per_turn, agent, turns) for turns in (EARLY, LATE)
        )
        rows += [
            Row(
                what=f"saving {what}: bytes, turn 1,000 / turn 10",
                ours=bytes_,
                anchor=early_bytes,
                unit=BYTES,
                target=ratio_at_most(1.01),
            ),
            Row(
                what=f"saving {what}: writes, turn 1,000 / turn 10",
                ours=writes,
                anchor=early_writes,
                unit=COUNT,
                target=ratio_at_most(1.0),
            ),
        ]
    return rows


async def written_per_turn(agent: Agent, turns: range) -> tuple[float, float]:
    writes = 0
    write = os.write

    def counted(descriptor: int, octets: Buffer, /) -> int:
        nonlocal writes
        writes += 1
        return write(descriptor, octets)

    with new_session("none") as session:
        file = session.directory / "session.jsonl"
        async with open_system() as system:
            ref = await system.spawn(attrs.evolve(agent, session=session))
            for _ in range(1, turns.start):
                await ref.ask(PROMPT)
            before = file.stat().st_size
            os.write = counted
            try:
                for _ in turns:
                    await ref.ask(PROMPT)
            finally:
                os.write = write
            return (file.stat().st_size - before) / len(turns), writes / len(turns)


def _loaded(effort: Effort) -> list[Row]:
    with TemporaryDirectory() as place:
        long, short = (_written(Path(place), count) for count in (LOADED_MESSAGES, 2))
        loading = effort.medians(lambda: _cpu_s_to_open(long))[0]
        after_long, after_short = effort.medians(
            lambda: trio.run(_cpu_s_of_next_turn, long),
            lambda: trio.run(_cpu_s_of_next_turn, short),
        )
        resuming = effort.medians(lambda: trio.run(_cpu_s_to_resume, long))[0]
    return [
        Row(
            what="open a session of 10,000 messages",
            ours=loading,
            unit=MILLISECONDS,
            target=at_most(80e-3),
        ),
        Row(what="make its agent, all messages parsed", ours=resuming, unit=MILLISECONDS),
        Row(
            what="the next turn on it / on one of 2 messages",
            ours=after_long,
            anchor=after_short,
            unit=MICROSECONDS,
            target=ratio_at_most(2.0),
        ),
    ]


def _written(place: Path, count: int) -> Path:
    with create_session(Home(place), cwd=place, durability="none") as session:
        for number in range(count):
            parent = session.transcript.head
            if number % 2:
                content = MultipartMessage(
                    (TextMessage("so " * 40),), Descriptor.MODEL, parent_id=parent
                )
                session.append(MessageRecord(content))
            else:
                session.append(
                    MessageRecord(TextMessage("say " * 40, Descriptor.USER, parent_id=parent))
                )
    return session.directory


def _cpu_s_to_open(directory: Path) -> float:
    start = time.process_time()
    with open_session(directory, durability="none"):
        return time.process_time() - start


async def _cpu_s_to_resume(directory: Path) -> float:
    with open_session(directory, durability="none") as session:
        agent = Agent(model=Parrot(), compactor=None)
        async with open_system() as system:
            start = time.process_time()
            await system.spawn(attrs.evolve(agent, session=session))
            return time.process_time() - start


async def _cpu_s_of_next_turn(directory: Path) -> float:
    turns = 10
    file = directory / "session.jsonl"
    size = file.stat().st_size
    try:
        with open_session(directory, durability="none") as session:
            agent = Agent(model=Parrot(), compactor=None)
            async with open_system() as system:
                ref = await system.spawn(attrs.evolve(agent, session=session))
                start = time.process_time()
                for _ in range(turns):
                    await ref.ask(PROMPT)
                return (time.process_time() - start) / turns
    finally:
        os.truncate(file, size)
