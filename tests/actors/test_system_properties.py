"""What holds of every message, ask and actor, whatever is done to a system under any schedule."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import count, pairwise
from typing import Literal, Never, assert_never

import attrs
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from sagent.actors import (
    Actor,
    Backoff,
    DeadLetter,
    Down,
    Event,
    Exit,
    Exited,
    Lane,
    OverflowPolicy,
    Ref,
    Request,
    Restart,
    Spawned,
    Strategy,
    System,
    open_system,
)
from sagent.errors import ActorError, MailboxFull, RestartLimit

type Work = Literal["quick", "slow", "crash", "forward"]
type Outcome = Literal["answered", "failed", "late"]


@attrs.frozen
class Spawn:
    """A worker to be; which of its lives fail to start, and how it ends."""

    under: Literal["system", "team"]
    restart: Restart
    failing: frozenset[int]
    start_s: float
    aside: Literal["nothing", "a task that fails as it is cancelled"]
    farewell: Literal["quick", "slow", "raises"]
    capacity: int | None
    overflow: OverflowPolicy


@attrs.frozen
class Message:
    """Something to do, for one of the workers; a send takes the back lane."""

    how: Literal["tell", "send", "ask"]
    to: int
    what: Work
    lane: Lane
    patience_s: float


@attrs.frozen
class End:
    to: int
    how: Callable[[Ref[Never]], None]


@attrs.frozen
class Wait:
    seconds: float


type Step = Spawn | Message | End | Wait


@attrs.frozen
class Plan:
    """What a system is like, and what is done to it."""

    steps: list[Step]
    strategy: Strategy
    intensity: int
    team_strategy: Strategy
    team_intensity: int
    first_s: float
    patience_s: float
    """After which the whole block is cancelled."""


@attrs.frozen
class Task(Request[int]):
    """Numbered in the order of sending; *sender* is the worker that sent it, -1 the test."""

    number: int
    what: Work
    sender: int
    to: int
    lane: Lane


@attrs.define
class Record:
    """What became of each message, ask and life."""

    refs: list[Ref[Task]] = attrs.Factory(list[Ref[Task]])
    sent: int = 0
    begun: list[Task] = attrs.Factory(list[Task])
    handled: list[int] = attrs.Factory(list[int])
    dead: list[int] = attrs.Factory(list[int])
    refused: list[int] = attrs.Factory(list[int])
    asked: set[int] = attrs.Factory(set[int])
    outcomes: list[tuple[int, Outcome]] = attrs.Factory(list[tuple[int, Outcome]])
    lives: Counter[str] = attrs.Factory(Counter[str])
    paths: set[str] = attrs.Factory(set[str])
    downs: list[object] = attrs.Factory(list[object])
    wrong: list[str] = attrs.Factory(list[str])

    def note(self, event: Event) -> None:
        match event:
            case Spawned(path):
                self.paths.add(path)
            case Exited(path):
                self.paths.remove(path)
            case DeadLetter(message=Task(number=number)):
                self.dead.append(number)
            case DeadLetter(message=Down(ref=ref)):
                self.downs.append(ref)
            case _:
                pass

    def task(self, to: int, what: Work, lane: Lane, sender: int = -1) -> Task:
        self.sent += 1
        return Task(self.sent, what, sender, to, lane)

    def tell(self, to: int, what: Work, lane: Lane, sender: int = -1) -> None:
        task = self.task(to, what, lane, sender)
        try:
            self.refs[to].tell(task, lane=lane)
        except MailboxFull:
            self.refused.append(task.number)

    async def send(self, step: Message, to: int) -> None:
        task = self.task(to, step.what, "back")
        with trio.move_on_after(step.patience_s) as scope:
            await self.refs[to].send(task)
        if scope.cancelled_caught:
            self.refused.append(task.number)

    async def ask(self, step: Message, to: int) -> None:
        task = self.task(to, step.what, step.lane)
        self.asked.add(task.number)
        outcome: Outcome = "late"
        try:
            with trio.move_on_after(step.patience_s):
                assert await self.refs[to].ask(task, lane=step.lane) == task.number
                outcome = "answered"
        except MailboxFull:
            outcome = "failed"
            if task.number not in self.dead:  # it was not dropped but refused
                self.refused.append(task.number)
        except ActorError:
            outcome = "failed"
        self.outcomes.append((task.number, outcome))


class Worker(Actor[Task]):
    def __init__(self, number: int, life: int, spawn: Spawn, record: Record) -> None:
        self.number = number
        self.life = life
        self.spawn = spawn
        self.record = record

    async def started(self) -> None:
        await trio.sleep(self.spawn.start_s)
        if self.life in self.spawn.failing:
            raise OSError(self.life)
        if self.spawn.aside != "nothing":
            self.context.nursery.start_soon(self.fail_as_it_is_cancelled)
        self.record.lives[self.context.ref.path] += 1

    async def fail_as_it_is_cancelled(self) -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise KeyError(self.life)

    async def receive(self, message: Task) -> int:
        self.record.begun.append(message)
        match message.what:
            case "quick":
                pass
            case "slow":
                await trio.sleep(1)
            case "crash":
                raise ValueError(message.number)
            case "forward":
                to = (self.number + 1) % len(self.record.refs)
                self.record.tell(to, "quick", message.lane, self.number)
            case _:
                assert_never(message.what)
        self.record.handled.append(message.number)
        return message.number

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        try:
            if self.spawn.farewell == "slow":
                await trio.sleep(0.3)
        finally:
            self.record.lives[self.context.ref.path] -= 1
        if self.spawn.farewell == "raises":
            raise KeyError(exit.reason)


class Watcher(Actor[Down]):
    def __init__(self, record: Record) -> None:
        self.record = record

    async def receive(self, message: Down) -> None:
        self.record.downs.append(message.ref)
        if self.record.lives[message.ref.path]:
            self.record.wrong.append(f"{message} came before the farewell was over")


def _maker(number: int, spawn: Spawn, record: Record) -> Callable[[], Worker]:
    lives = count()
    return lambda: Worker(number, next(lives), spawn, record)


def _look(system: System, record: Record) -> None:
    """Compare what the tree shows with what the events and the hooks have told."""
    nodes = [*system.tree().children]
    for node in nodes:
        nodes += node.children
    assert sorted(node.path for node in nodes) == sorted(record.paths)
    for node in nodes:
        lives = record.lives[node.path]
        assert 0 <= lives <= 1, node
        if "/worker" in node.path and node.state in ("idle", "busy", "backing off"):
            assert lives == (node.state != "backing off"), node


async def _live_through(plan: Plan, record: Record, nursery: trio.Nursery) -> None:
    backoff = Backoff(plan.first_s, plan.first_s, jitter=0)
    async with open_system(
        strategy=plan.strategy, intensity=plan.intensity, backoff=backoff
    ) as system:
        listening = system.events.listen(record.note)  # to the very end
        listening.__enter__()
        watcher = Watcher(record)
        await system.spawn(lambda: watcher)
        team = await system.supervisor(
            name="team", strategy=plan.team_strategy, intensity=plan.team_intensity
        )
        for step in plan.steps:
            _look(system, record)
            if isinstance(step, Spawn):
                number = len(record.refs)
                maker = _maker(number, step, record)
                spawner = system if step.under == "system" else team
                with suppress(OSError, ActorError):
                    ref = await spawner.spawn(
                        maker,
                        name=f"worker{number}",
                        restart=step.restart,
                        capacity=step.capacity,
                        overflow=step.overflow,
                        shutdown_s=0.5,
                    )
                    record.refs.append(ref)
                    watcher.context.watch(ref)
            elif isinstance(step, Wait):
                await trio.sleep(step.seconds)
            elif record.refs:
                _act(step, record, nursery)
        _look(system, record)


def _act(step: Message | End, record: Record, nursery: trio.Nursery) -> None:
    to = step.to % len(record.refs)
    match step:
        case Message(how="tell"):
            record.tell(to, step.what, step.lane)
        case Message(how="send"):
            nursery.start_soon(record.send, step, to)
        case Message():
            nursery.start_soon(record.ask, step, to)
        case End():
            step.how(record.refs[to])
        case _:
            assert_never(step)


async def _run(plan: Plan) -> None:
    record = Record()
    watched_to_the_end = False
    tasks_before = trio.lowlevel.current_statistics().tasks_living
    with trio.fail_after(10_000):
        async with trio.open_nursery() as nursery:
            with suppress(RestartLimit), trio.move_on_after(plan.patience_s):
                await _live_through(plan, record, nursery)
                watched_to_the_end = plan.strategy != "one_for_all"

    assert trio.lowlevel.current_statistics().tasks_living == tasks_before
    _check_messages(record)
    _check_asks(record)
    assert (record.wrong, record.paths, +record.lives) == ([], set(), Counter())
    assert set(Counter(record.downs).values()) <= {1}
    assert not watched_to_the_end or set(record.downs) == set(record.refs)


def _check_messages(record: Record) -> None:
    ends = sorted(record.handled + record.dead + record.refused)
    assert ends == list(range(1, record.sent + 1))
    orders = defaultdict[tuple[int, int, Lane], list[int]](list)
    for task in record.begun:
        orders[task.sender, task.to, task.lane].append(task.number)
    assert all(a < b for numbers in orders.values() for a, b in pairwise(numbers)), orders


def _check_asks(record: Record) -> None:
    assert sorted(number for number, _ in record.outcomes) == sorted(record.asked)
    for number, outcome in record.outcomes:
        if outcome != "late":
            assert (number in record.handled) == (outcome == "answered"), (number, outcome)


TO = st.integers(0, 3)
SPAWN = st.builds(
    Spawn,
    failing=st.frozensets(st.integers(0, 5), max_size=2),
    start_s=st.sampled_from([0, 0, 1]),
    capacity=st.sampled_from([None, 1, 2]),
)
MESSAGE = st.builds(Message, to=TO, patience_s=st.sampled_from([0, 0.5, 5, float("inf")]))
END = st.builds(
    End, to=TO, how=st.sampled_from([Ref[Never].stop, Ref[Never].drain, Ref[Never].kill])
)
WAIT = st.builds(Wait, st.sampled_from([0, 0.2, 1, 3]))
STEPS = st.lists(st.one_of(MESSAGE, MESSAGE, MESSAGE, SPAWN, END, WAIT), min_size=10, max_size=40)
INTENSITY = st.sampled_from([0, 2, 1000])
PLANS = st.builds(
    Plan,
    steps=st.tuples(SPAWN, SPAWN, SPAWN, STEPS).map(lambda t: [*t[:3], *t[3]]),
    intensity=INTENSITY,
    team_intensity=INTENSITY,
    first_s=st.sampled_from([0, 1]),
    patience_s=st.sampled_from([1, 4, float("inf"), float("inf")]),
)


@settings(deadline=None, max_examples=200)
@given(plan=PLANS, seed=st.integers(0, 2**32))
def test_whatever_is_done_no_message_ask_or_task_is_lost_or_doubled(plan: Plan, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(trio._core._run, "_ALLOW_DETERMINISTIC_SCHEDULING", True)
        patched.setattr(trio._core._run, "_r", random.Random(seed))
        trio.run(_run, plan, clock=MockClock(autojump_threshold=0))
