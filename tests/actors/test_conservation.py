"""What holds of every message and every ask, whatever happens to a family of actors."""

import random
from collections import Counter

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    Backoff,
    DeadLetter,
    Event,
    Exit,
    Ref,
    Request,
    Restart,
    Strategy,
    open_system,
)
from sagent.errors import ActorError

RESTARTS: tuple[Restart, ...] = ("permanent", "transient", "temporary")
STRATEGIES: tuple[Strategy, ...] = ("one_for_one", "one_for_all", "rest_for_one")


@attrs.frozen
class Task(Request[int]):
    number: int
    what: str


class Record:
    """What became of each message, and which actors have two lives at once."""

    def __init__(self) -> None:
        self.handled: list[int] = []
        self.lost: list[int] = []
        self.asked: list[int] = []
        self.settled: list[int] = []
        self.lives: Counter[str] = Counter()

    def note(self, event: Event) -> None:
        if isinstance(event, DeadLetter) and isinstance(event.message, Task):
            self.lost.append(event.message.number)

    async def ask(self, ref: Ref[Task], task: Task, patience_s: float) -> None:
        self.asked.append(task.number)
        try:
            with trio.move_on_after(patience_s):
                await ref.ask(task)
        except ActorError:
            pass
        finally:
            self.settled.append(task.number)


class Worker(Actor[Task]):
    """Fails in its start and in its work, as chance will have it."""

    def __init__(self, name: str, record: Record, chance: random.Random) -> None:
        self.name = name
        self.record = record
        self.chance = chance

    async def started(self) -> None:
        assert self.record.lives[self.name] == 0
        if self.chance.random() < 0.1:
            raise OSError(self.name)
        await trio.sleep(self.chance.choice([0, 0, 1]))
        self.record.lives[self.name] += 1

    async def receive(self, message: Task) -> int:
        if message.what == "crash":
            raise ValueError(message.number)
        if message.what == "slow":
            await trio.sleep(self.chance.random() * 3)
        self.record.handled.append(message.number)
        return message.number

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        self.record.lives[self.name] -= 1
        await trio.sleep(self.chance.choice([0, 0, 0.4]))


async def _live_through(chance: random.Random, record: Record, nursery: trio.Nursery) -> int:
    backoff = chance.choice([Backoff(0, 0), Backoff(1, 5)])
    strategy, inner = chance.choice(STRATEGIES), chance.choice(STRATEGIES)
    refs: list[Ref[Task]] = []
    number = 0
    async with open_system(strategy=strategy, intensity=1000, backoff=backoff) as system:
        listening = system.events.listen(record.note)
        listening.__enter__()
        team = await system.supervisor(strategy=inner, intensity=chance.choice([2, 1000]))
        for step in range(40):
            spawner = chance.choice([system, team])
            kind = chance.random()
            if kind < 0.2 or not refs:
                name, restart = f"w{step}", chance.choice(RESTARTS)
                try:
                    refs.append(
                        await spawner.spawn(
                            Worker, name, record, chance, restart=restart, shutdown_s=0.5
                        )
                    )
                except (OSError, ActorError):
                    continue
            elif kind < 0.8:
                number += 1
                task = Task(number, chance.choice(["quick", "quick", "slow", "crash"]))
                if chance.random() < 0.5:
                    chance.choice(refs).tell(task, lane=chance.choice(["front", "back"]))
                else:
                    # Begun here, so that every number is sent before the block ends.
                    ref, patience_s = chance.choice(refs), chance.choice([1, 5, 1000])
                    nursery.start_soon(record.ask, ref, task, patience_s)
                    await wait_all_tasks_blocked()
            elif kind < 0.9:
                ref = chance.choice(refs)
                chance.choice([ref.stop, ref.drain, ref.kill])()
            else:
                await trio.sleep(chance.random() * 2)
    assert not any(ref.alive for ref in refs)
    return number


@pytest.mark.parametrize("seed", range(100))
async def test_every_message_is_handled_once_or_a_dead_letter_and_every_ask_ends(
    autojump_clock: MockClock, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance, record = random.Random(seed), Record()
    monkeypatch.setattr(trio._core._run, "_ALLOW_DETERMINISTIC_SCHEDULING", True)
    monkeypatch.setattr(trio._core._run, "_r", random.Random(seed))
    tasks_before = trio.lowlevel.current_statistics().tasks_living

    async with trio.open_nursery() as nursery:
        number = await _live_through(chance, record, nursery)

    assert sorted(record.handled + record.lost) == list(range(1, number + 1))
    assert sorted(record.settled) == sorted(record.asked)
    assert trio.lowlevel.current_statistics().tasks_living == tasks_before
