import ast
import sys
from pathlib import Path

import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

import sagent.actors
from sagent.actors import (
    Actor,
    Event,
    Exit,
    Exited,
    Inbox,
    Ref,
    Request,
    Spawned,
    Started,
    open_system,
)
from sagent.errors import UsageError


@attrs.frozen
class Sender(Request[str | None]):
    pass


class Listener(Actor[Sender | str]):
    async def receive(self, message: Sender | str) -> object:
        if isinstance(message, str):
            await trio.sleep(1)
        return self.context.sender


@attrs.frozen
class Recipe:
    """Makes listeners, and counts them."""

    made: list[Listener]
    start_s: float = 0

    def actor(self) -> Listener:
        self.made.append(Listener())
        return self.made[-1]


class SlowListener(Listener):
    async def started(self) -> None:
        await trio.sleep(1)


@attrs.frozen
class SlowRecipe:
    made: list[Listener]

    def actor(self) -> Listener:
        self.made.append(SlowListener())
        return self.made[-1]


async def test_spawn_takes_a_class_a_function_or_a_recipe(autojump_clock: MockClock) -> None:
    made: list[Listener] = []
    async with open_system() as system:
        for ref in (
            await system.spawn(Listener, name="a"),
            await system.spawn(lambda: Listener(), name="b"),  # noqa: PLW0108  # the point
            await system.spawn(Recipe(made), name="c"),
        ):
            assert await ref.ask(Sender()) is None

        assert system.names() == ("a", "b", "c")
        assert len(made) == 1
        with pytest.raises(UsageError, match="no arguments"):
            await system.spawn(Recipe(made), 1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]


@pytest.mark.usefixtures("any_schedule")
async def test_get_or_spawn_gives_callers_at_the_same_time_one_actor(
    autojump_clock: MockClock,
) -> None:
    made: list[Listener] = []
    refs: list[Ref[Sender | str]] = []

    async def get() -> None:
        refs.append(await system.get_or_spawn("one", SlowRecipe(made)))

    async with open_system() as system:
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(get)

        assert len(made) == 1
        assert len(set(refs)) == 1
        assert trio.current_time() == 1


@pytest.mark.usefixtures("any_schedule")
async def test_get_or_spawn_makes_a_new_actor_in_place_of_one_that_is_ending(
    autojump_clock: MockClock,
) -> None:
    made: list[Listener] = []
    async with open_system() as system:
        first = await system.get_or_spawn("one", Recipe(made))
        first.tell("takes a second")
        await wait_all_tasks_blocked()
        first.stop()

        second = await system.get_or_spawn("one", Recipe(made))

        assert second != first
        assert await second.ask(Sender()) is None


class Asker(Actor[str]):
    """Asks a listener who asks it, from its own task and from a task it started."""

    def __init__(self, listener: Ref[Sender | str], heard: list[str | None]) -> None:
        self.listener = listener
        self.heard = heard

    async def receive(self, message: str) -> None:
        self.heard.append(await self.listener.ask(Sender()))
        self.context.nursery.start_soon(self.ask_again)

    async def ask_again(self) -> None:
        self.heard.append(await self.listener.ask(Sender()))


async def test_a_message_says_which_actor_it_comes_from(autojump_clock: MockClock) -> None:
    heard: list[str | None] = []
    async with open_system() as system:
        listener = await system.spawn(Listener)
        asker = await system.spawn(Asker, listener, heard, name="asker")
        asker.tell("go")
        await wait_all_tasks_blocked()

        assert heard == ["/asker", "/asker"]
        assert await listener.ask(Sender()) is None


class House(Actor[str]):
    async def started(self) -> None:
        await self.context.spawn(Listener, name="cellar")


async def test_the_tree_shows_every_actor_as_it_is(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        await system.spawn(House, name="house")
        busy = await system.spawn(Listener, name="busy")
        for _ in range(3):
            busy.tell("takes a second")
        await wait_all_tasks_blocked()

        tree = system.tree()
        assert [node.path for node in tree.children] == ["/house", "/busy"]
        assert str(tree) == (
            "system idle\n"
            "├─ house idle\n"
            "│  └─ cellar idle\n"
            "└─ busy busy on 'takes a second' for 0 s inbox=2 peak=3"
        )


async def test_a_life_is_told_as_events(autojump_clock: MockClock) -> None:
    events: list[Event] = []
    async with open_system() as system:
        with system.events.listen(events.append):
            listener = await system.spawn(Listener, name="it")
            listener.stop()
            await listener.closed()
        await system.spawn(Listener)

    assert events == [Spawned("/it"), Started("/it"), Exited("/it", Exit("stopped"))]


async def test_a_listener_that_raises_harms_nobody(autojump_clock: MockClock) -> None:
    def broken(event: Event) -> None:
        raise ValueError(event)

    async with open_system() as system:
        with system.events.listen(broken):
            listener = await system.spawn(Listener)
            assert await listener.ask(Sender()) is None


class Streamer(Actor[str]):
    """Works on one message until it is told to stop, and then tidies up."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def run(self, inbox: Inbox[str]) -> None:
        async for envelope in inbox:
            self.log.append(envelope.message)
            await inbox.wait_stopping()
            self.log.append(f"stopping={inbox.stopping}")


@pytest.mark.usefixtures("any_schedule")
async def test_a_run_of_ones_own_learns_of_stop_in_the_middle_of_its_work(
    autojump_clock: MockClock,
) -> None:
    log: list[str] = []
    async with open_system() as system:
        streamer = await system.spawn(Streamer, log)
        streamer.tell("first")
        streamer.tell("second")
        await wait_all_tasks_blocked()
        streamer.stop()

        assert await streamer.closed() == Exit("stopped")
        assert log == ["first", "stopping=True"]
        assert trio.current_time() == 0


def _package() -> list[Path]:
    return sorted(Path(sagent.actors.__file__).parent.glob("*.py"))


def test_the_door_lists_all_it_offers_in_order() -> None:
    door = ast.parse(Path(sagent.actors.__file__).read_text("utf-8"))
    offered = [
        alias.name for node in door.body if isinstance(node, ast.ImportFrom) for alias in node.names
    ]

    assert sorted(offered) == sagent.actors.__all__


def test_actors_know_trio_and_nothing_above() -> None:
    for path in _package():
        below = {"sagent.errors", "sagent._async_library"}
        known = {"attrs", "trio", *below, *sys.stdlib_module_names}
        if path.name in ("_tree.py", "_rich_tree.py"):  # imported once somebody draws a tree
            known |= {"rich.console", "rich.text", "rich.tree"}
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.module is not None
                assert node.module.startswith("sagent.actors.") or node.module in known | {
                    "collections.abc"
                }
            elif isinstance(node, ast.Import):
                assert {alias.name for alias in node.names} <= known
