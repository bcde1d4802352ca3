"""The behaviour of Erlang/OTP 25's supervisors, recorded there, row by row.

Four children in their order of start: a is permanent, b the victim, c temporary, d transient. OTP's
reasons are our ends: normal, `run` returns; shutdown, `stop`; {shutdown, _}, `drain`; boom, a crash.
"""

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import (
    Actor,
    Exit,
    Inbox,
    Ref,
    Restart,
    Restarting,
    Strategy,
    Supervisor,
    System,
    open_system,
)
from sagent.errors import RestartLimit

pytestmark = pytest.mark.usefixtures("any_schedule")

STRATEGIES: tuple[Strategy, ...] = ("one_for_one", "one_for_all", "rest_for_one")
RESTARTS: tuple[Restart, ...] = ("permanent", "transient", "temporary")
ENDS = ("normal", "stop", "drain", "boom")
NAMES = ("a", "b", "c", "d")


class Boom(Exception):
    pass


class Child(Actor[str]):
    """Notes its starts and stops, and ends as it is told."""

    def __init__(self, name: str, log: list[str], broken: set[str]) -> None:
        self.name = name
        self.log = log
        self.broken = broken

    async def started(self) -> None:
        await trio.lowlevel.checkpoint()
        if self.name in self.broken:
            self.log.append(f"startfail {self.name}")
            raise Boom(self.name)
        self.log.append(f"start {self.name}")

    async def run(self, inbox: Inbox[str]) -> None:
        async for envelope in inbox:
            match envelope.message:
                case "normal":
                    return
                case "stop":
                    self.context.ref.stop()
                case "drain":
                    self.context.ref.drain()
                case "stay":
                    await trio.sleep_forever()
                case _:
                    raise Boom(self.name)

    async def stopped(self, exit: Exit) -> None:  # noqa: A002  # the hook's name for it
        await trio.lowlevel.checkpoint()
        word = "die" if exit.reason == "crashed" else "stop"
        self.log.append(f"{word} {self.name}")


class Family:
    """The four children, what they log, and who of them is not to start."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.broken: set[str] = set()
        self.refs: dict[str, Ref[str]] = {}

    async def spawn(self, of: System | Supervisor, name: str, restart: Restart) -> Ref[str]:
        ref = await of.spawn(Child, name, self.log, self.broken, name=name, restart=restart)
        self.refs[name] = ref
        return ref

    async def spawn_all(self, of: System | Supervisor, victim: Restart) -> None:
        restarts: tuple[Restart, ...] = ("permanent", victim, "temporary", "transient")
        for name, restart in zip(NAMES, restarts, strict=True):
            await self.spawn(of, name, restart)
        self.log.clear()

    def alive(self) -> list[str]:
        return [name for name, ref in self.refs.items() if ref.alive]


# What follows the end of b, if b lives again.
ORDER: dict[Strategy, list[str]] = {
    "one_for_one": ["start b"],
    "one_for_all": ["stop d", "stop c", "stop a", "start a", "start b", "start d"],
    "rest_for_one": ["stop d", "stop c", "start b", "start d"],
}


def _expected(strategy: Strategy, victim: Restart, end: str) -> tuple[list[str], list[str]]:
    word = "die b" if end == "boom" else "stop b"
    if victim == "permanent" or (victim == "transient" and end == "boom"):
        alive = ["a", "b", "c", "d"] if strategy == "one_for_one" else ["a", "b", "d"]
        return [word, *ORDER[strategy]], alive
    return [word], ["a", "c", "d"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("victim", RESTARTS)
@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_who_stops_and_starts_in_which_order_when_one_ends(
    autojump_clock: MockClock, strategy: Strategy, victim: Restart, end: str
) -> None:
    family = Family()
    async with open_system(strategy=strategy) as system:
        await family.spawn_all(system, victim)

        family.refs["b"].tell(end)
        await wait_all_tasks_blocked()

        assert (family.log, family.alive()) == _expected(strategy, victim, end)


@pytest.mark.parametrize("intensity", [0, 1, 2, 5])
async def test_one_restart_more_than_the_intensity_ends_the_supervisor_its_children_first(
    autojump_clock: MockClock, intensity: int
) -> None:
    family = Family()
    async with open_system() as system:
        supervisor = await system.supervisor(restart="temporary", intensity=intensity)
        await family.spawn_all(supervisor, "permanent")
        for _ in range(intensity):
            family.refs["b"].tell("boom")
            await wait_all_tasks_blocked()
        assert supervisor.ref.alive
        family.log.clear()

        family.refs["b"].tell("boom")
        end = await supervisor.ref.closed()

        assert family.log == ["die b", "stop d", "stop c", "stop a"]
        assert isinstance(end.error, RestartLimit)
        assert isinstance(end.error.__cause__, Boom)
        assert family.alive() == []


async def test_restarts_further_apart_than_the_period_do_not_add_up(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    async with open_system(intensity=1, period_s=1) as system:
        await family.spawn(system, "b", "permanent")
        for _ in range(10):
            family.refs["b"].tell("boom")
            await trio.sleep(2.1)

        assert family.log.count("start b") == 11


FAILING: dict[Strategy, list[str]] = {
    "one_for_one": ["die b", *["startfail b"] * 3, "stop c", "stop a"],
    "rest_for_one": ["die b", "stop c", *["startfail b"] * 3, "stop a"],
    "one_for_all": ["die b", "stop c", "stop a", *["start a", "startfail b", "stop a"] * 3],
}


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_a_start_that_fails_in_a_restart_is_one_more_restart(
    autojump_clock: MockClock, strategy: Strategy
) -> None:
    family = Family()
    async with open_system() as system:
        supervisor = await system.supervisor(restart="temporary", strategy=strategy, intensity=3)
        for name in ("a", "b", "c"):
            await family.spawn(supervisor, name, "permanent")
        family.log.clear()
        family.broken.add("b")

        family.refs["b"].tell("boom")
        await supervisor.ref.closed()

        assert family.log == FAILING[strategy]


async def test_a_first_start_that_fails_is_its_spawners_to_know_and_no_restart(
    autojump_clock: MockClock,
) -> None:
    family = Family()

    async def open_and_fail() -> None:
        async with open_system(intensity=0) as system:
            for name in NAMES:
                await family.spawn(system, name, "permanent")

    family.broken.add("c")
    with pytest.raises(Boom):
        await open_and_fail()

    assert family.log == ["start a", "start b", "startfail c", "stop b", "stop a"]


@pytest.mark.parametrize("strategy", STRATEGIES)
async def test_what_ends_at_once_is_one_restart_of_all_and_one_each_of_one(
    autojump_clock: MockClock, strategy: Strategy
) -> None:
    family = Family()
    restarts: list[Restarting] = []
    async with open_system(strategy=strategy, intensity=5) as system:
        for name in ("a", "b", "c"):
            await family.spawn(system, name, "permanent")
        family.log.clear()
        with system.events.listen(
            lambda e: restarts.append(e) if isinstance(e, Restarting) else None
        ):
            for ref in family.refs.values():
                ref.tell("boom")
            await wait_all_tasks_blocked()

        starts = [entry for entry in family.log if entry.startswith("start")]
        if strategy == "one_for_all":
            assert starts == ["start a", "start b", "start c"]
        assert {"start a", "start b", "start c"} <= set(starts)
        assert family.alive() == ["a", "b", "c"]


async def test_the_third_of_three_at_once_ends_a_supervisor_of_intensity_two(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    async with open_system() as system:
        supervisor = await system.supervisor(restart="temporary", intensity=2)
        for name in ("a", "b", "c"):
            await family.spawn(supervisor, name, "permanent")
        for ref in family.refs.values():
            ref.tell("boom")

        assert isinstance((await supervisor.ref.closed()).error, RestartLimit)


async def test_three_at_once_are_one_of_intensity_one_under_one_for_all(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    async with open_system(strategy="one_for_all", intensity=1) as system:
        for name in ("a", "b", "c"):
            await family.spawn(system, name, "permanent")
        for ref in family.refs.values():
            ref.tell("boom")
        await wait_all_tasks_blocked()

        assert family.alive() == ["a", "b", "c"]


async def test_a_shutdown_goes_from_the_youngest_to_the_oldest_each_within_its_grace(
    autojump_clock: MockClock,
) -> None:
    family = Family()
    async with open_system() as system:
        for name, grace_s in (("a", 5), ("b", 0.1), ("c", 0), ("d", 5)):
            family.refs[name] = await system.spawn(
                Child, name, family.log, family.broken, restart="permanent", shutdown_s=grace_s
            )
        family.log.clear()
        for name in ("b", "c"):
            family.refs[name].tell("stay")
        await wait_all_tasks_blocked()

    # c, of no grace, is cancelled before its farewell is.
    assert [entry for entry in family.log if entry != "stop c"] == ["stop d", "stop b", "stop a"]
    assert trio.current_time() == pytest.approx(0.1)
