"""Starts and farewells that fail: all ends, no task is left, no message is lost."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    DeadLetter,
    Event,
    Exit,
    Ref,
    Strategy,
    System,
    open_system,
)
from sagent.errors import NameTaken, RestartLimit, SystemStopping

pytestmark = pytest.mark.usefixtures("any_schedule")


type Letters = list[tuple[object, str]]


@asynccontextmanager
async def open_clean_system(
    letters: Letters, *, intensity: int = 1, strategy: Strategy = "one_for_one"
) -> AsyncGenerator[System]:
    """Open a system whose dead letters are noted, and which is to leave no task behind."""

    def note(event: Event) -> None:
        if isinstance(event, DeadLetter):
            letters.append((event.message, event.reason))

    tasks_before = trio.lowlevel.current_statistics().tasks_living
    try:
        async with open_system(intensity=intensity, strategy=strategy) as system:
            listening = system.events.listen(note)  # to the end of the block
            listening.__enter__()
            yield system
    finally:
        assert trio.lowlevel.current_statistics().tasks_living == tasks_before


class Plain(Actor[str]):
    """Crashes on what it is told."""

    async def receive(self, message: str) -> None:
        raise ValueError(message)


class Unmakeable(Plain):
    def __init__(self) -> None:
        raise OSError("no room")


async def test_spawn_raises_what_the_constructor_raised_and_nothing_is_left(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    async with open_clean_system(letters) as system:
        with pytest.raises(OSError, match="no room"):
            await system.spawn(Unmakeable, name="plain", restart="permanent")

        assert system.tree().children == ()
        assert (await system.spawn(Plain, name="plain")).alive
    assert letters == []


class SlowToStart(Plain):
    async def started(self) -> None:
        await trio.sleep(1)


async def test_a_message_to_an_actor_whose_start_fails_is_a_dead_letter(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []

    async def spawn_in_vain() -> None:
        with pytest.raises(OSError, match="no port"):
            await system.spawn(FailsSlowly, name="plain", restart="permanent")

    async with open_clean_system(letters) as system, trio.open_nursery() as nursery:
        nursery.start_soon(spawn_in_vain)
        await wait_all_tasks_blocked()
        plain = system.whereis("plain")
        assert plain is not None
        plain.tell("too early")

        assert (await plain.closed()).reason == "crashed"
    assert letters == [("too early", "stopped")]


class FailsSlowly(SlowToStart):
    async def started(self) -> None:
        await super().started()
        raise OSError("no port")


async def test_of_two_spawns_of_one_name_at_the_same_time_one_is_refused(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    refs: list[Ref[str]] = []
    refused: list[NameTaken] = []

    async def spawn() -> None:
        try:
            refs.append(await system.spawn(SlowToStart, name="slow"))
        except NameTaken as error:
            refused.append(error)

    async with open_clean_system(letters) as system:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(spawn)
            nursery.start_soon(spawn)

        assert (len(refs), len(refused)) == (1, 1)
        assert [node.path for node in system.tree().children] == ["/slow"]
        assert system.whereis("slow") == refs[0]


class StartsOnce(Plain):
    """Starts, and never again."""

    def __init__(self, starts: list[float]) -> None:
        self.starts = starts

    async def started(self) -> None:
        self.starts.append(trio.current_time())
        if len(self.starts) > 1:
            raise OSError("no port")


async def test_a_start_that_fails_for_ever_is_stopped_by_the_limit(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    starts: list[float] = []

    async def crash() -> None:
        async with open_clean_system(letters, intensity=7) as system:
            plain = await system.spawn(StartsOnce, starts, restart="permanent")
            plain.tell("crash")
            plain.tell("queued")
            await trio.sleep_forever()

    with pytest.raises(RestartLimit):
        await crash()
    assert len(starts) == 8
    assert letters == [("crash", "crashed"), ("queued", "stopped")]


async def test_a_restart_that_fails_is_logged_since_nobody_waits_for_it(
    autojump_clock: MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    letters: Letters = []
    starts: list[float] = []
    async with open_clean_system(letters, intensity=2) as system:
        plain = await system.spawn(StartsOnce, starts, restart="transient", name="plain")
        plain.tell("crash")
        while len(starts) < 2:
            await trio.lowlevel.checkpoint()
        plain.stop()
        await plain.closed()

    assert "actor /plain failed to start again" in caplog.messages
    assert "OSError: no port" in caplog.text


@pytest.mark.parametrize("strategy", ["one_for_one", "one_for_all"])
@pytest.mark.parametrize("how", ["the block", "stop", "kill"])
async def test_who_fails_to_start_again_and_again_can_be_stopped_at_any_time(
    autojump_clock: MockClock, how: str, strategy: Strategy
) -> None:
    letters: Letters = []
    starts: list[float] = []
    async with open_clean_system(letters, intensity=10**9, strategy=strategy) as system:
        sibling = await system.spawn(Plain, restart="permanent")
        plain = await system.spawn(StartsOnce, starts, restart="transient")
        plain.tell("crash")
        plain.tell("queued")
        while len(starts) < 10:
            await trio.lowlevel.checkpoint()
        if how == "stop":
            plain.stop()
        if how == "kill":
            plain.kill()
            plain.stop()
        if how != "the block":
            assert (await plain.closed()).reason in ("crashed", "killed")
            assert sibling.alive

    assert not plain.alive
    assert letters == [("crash", "crashed"), ("queued", "stopped")]


class Spawns(Actor[str]):
    """Spawns while it is being stopped: in the message in hand, and in its farewell."""

    def __init__(self, log: list[str], *, under_system: bool = False) -> None:
        self.log = log
        self.under_system = under_system

    async def receive(self, message: str) -> None:
        await trio.sleep(1)
        await self.spawn("in hand")

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await self.spawn("in farewell")

    async def spawn(self, when: str) -> None:
        spawner = self.context.system if self.under_system else self.context
        try:
            child = await spawner.spawn(Plain)
        except SystemStopping:
            self.log.append(f"{when}: refused")
        else:
            self.log.append(f"{when}: {child.path}")


@pytest.mark.parametrize("under_system", [False, True])
async def test_an_actor_that_is_stopping_may_spawn_a_child_until_its_message_is_finished(
    autojump_clock: MockClock, under_system: bool
) -> None:
    letters: Letters = []
    log: list[str] = []
    async with open_clean_system(letters) as system:
        spawns = await system.spawn(Spawns, log, under_system=under_system, name="it")
        spawns.tell("work")
        await wait_all_tasks_blocked()

    first = "in hand: refused" if under_system else "in hand: /it/plain#1"
    assert log == [first, "in farewell: refused"]
    assert trio.current_time() == 1


class Farewell(Actor[str]):
    """Crashes on what it is told, and says a farewell that hangs or fails."""

    def __init__(self, farewell_s: float, log: list[str] | None = None) -> None:
        self.farewell_s = farewell_s
        self.log = log

    async def receive(self, message: str) -> None:
        raise ValueError(message)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.sleep(self.farewell_s)
        if self.log is None:
            raise KeyError("in the farewell")
        self.log.append(exit.reason)


@pytest.mark.parametrize(
    ("crash", "error"), [(False, KeyError), (True, ValueError)], ids=["stopped", "crashed"]
)
async def test_a_farewell_that_raises_is_the_crash_if_there_was_none_before(
    autojump_clock: MockClock, crash: bool, error: type[Exception]
) -> None:
    letters: Letters = []
    async with open_clean_system(letters) as system:
        farewell = await system.spawn(Farewell, 0)
        if crash:
            farewell.tell("crash")
            await wait_all_tasks_blocked()
        farewell.stop()

        end = await farewell.closed()
        assert (end.reason, type(end.error)) == ("crashed", error)
    assert letters == ([("crash", "crashed")] if crash else [])


async def test_a_farewell_that_raises_leads_to_another_life_as_every_crash_does(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    async with open_clean_system(letters, intensity=2) as system:
        farewell = await system.spawn(Farewell, 0, restart="permanent")
        farewell.tell("crash")
        farewell.stop()
        await wait_all_tasks_blocked()

        assert farewell.alive
        assert [node.restarts for node in system.tree().children] == [2]
    assert letters == [("crash", "crashed")]


async def test_farewells_that_hang_or_fail_take_no_time_from_the_others(
    autojump_clock: MockClock,
) -> None:
    letters: Letters = []
    log: list[str] = []
    async with open_clean_system(letters) as system:
        for farewell_s, sink in ((2, log), (1000, []), (0, None), (1, log)):
            await system.spawn(Farewell, farewell_s, sink, shutdown_s=3)

    assert log == ["stopped", "stopped"]
    assert trio.current_time() == 1 + 0 + 3 + 2
