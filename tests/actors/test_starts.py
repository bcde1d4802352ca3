import attrs
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Request, open_system
from sagent.errors import ActorStopped, NameTaken, SystemStopping

pytestmark = pytest.mark.usefixtures("any_schedule")


@attrs.frozen
class Work(Request[None]):
    number: int


class Worker(Actor[Work]):
    """Takes a second for each piece of work, and notes what it began."""

    def __init__(self, done: list[int]) -> None:
        self.done = done

    async def receive(self, message: Work) -> None:
        self.done.append(message.number)
        await trio.sleep(1)


class Stillborn(Actor[str]):
    async def started(self) -> None:
        raise OSError("no such port")


async def test_spawn_raises_what_started_raised_and_the_name_is_free_again(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        with pytest.raises(OSError, match="no such port"):
            await system.spawn(Stillborn, name="server")

        assert system.whereis("server") is None
        assert system.tree().children == ()


class SlowStarter(Actor[str]):
    async def started(self) -> None:
        await trio.sleep(10)


async def test_a_cancelled_spawn_leaves_no_actor_behind(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        with trio.move_on_after(1):
            await system.spawn(SlowStarter, name="slow")
        await wait_all_tasks_blocked()

        assert system.names() == ()


async def test_an_actor_killed_in_its_start_fails_its_spawn(autojump_clock: MockClock) -> None:
    async with open_system() as system, trio.open_nursery() as nursery:

        async def spawn_in_vain() -> None:
            with pytest.raises(ActorStopped):
                await system.spawn(SlowStarter, name="slow")

        nursery.start_soon(spawn_in_vain)
        await wait_all_tasks_blocked()
        slow = system.whereis("slow")
        assert slow is not None
        slow.kill()


async def test_a_system_that_is_ending_spawns_nothing(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        pass

    with pytest.raises(SystemStopping):
        await system.spawn(Worker, [])


async def test_a_name_is_unique_while_its_actor_lives(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        first = await system.spawn(Worker, [], name="alice")
        with pytest.raises(NameTaken, match="alice"):
            await system.spawn(Worker, [], name="alice")
        assert system.whereis("alice") == first
        assert system.names() == ("alice",)

        first.stop()
        await first.closed()

        assert system.whereis("alice") is None
        assert await system.spawn(Worker, [], name="alice") != first
