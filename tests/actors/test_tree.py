"""What can be seen of a running system."""

import pytest
import rich.console
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Actor, Inbox, open_system
from sagent.errors import ActorStopped


class Worker(Actor[str]):
    async def receive(self, message: str) -> None:
        if message == "aside":
            self.context.stash()
        else:
            await trio.sleep(100)


async def test_a_busy_actor_shows_its_message_and_for_how_long(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, name="worker")
        await trio.sleep(5)
        worker.tell("x" * 100)
        worker.tell("next")
        await trio.sleep(2)
        node = system.tree().children[0]
        worker.kill()

    assert (node.name, node.state, node.message, node.busy_s) == ("worker", "busy", "x" * 100, 2)
    assert str(node) == f"worker busy on '{'x' * 58}… for 2 s inbox=1 peak=2"


class Juggler(Actor[str]):
    """Has work of its own beside its messages."""

    async def run(self, inbox: Inbox[str]) -> None:
        self.balls: list[str] = []
        async for envelope in inbox:
            self.balls.append(envelope.message)
            envelope.reply(None)

    def doing(self) -> str:
        if "bomb" in self.balls:
            raise ValueError("boom")
        return f"juggles {', '.join(self.balls)}" if self.balls else ""


async def test_an_actor_may_say_itself_what_it_is_at() -> None:
    async with open_system() as system:
        juggler = await system.spawn(Juggler, name="juggler")
        idle = str(system.tree().children[0])
        juggler.tell("a ball")
        juggler.tell("a club")
        await wait_all_tasks_blocked()
        node = system.tree().children[0]

    assert idle == "juggler idle"
    assert (node.state, node.doing) == ("busy", "juggles a ball, a club")
    assert str(node) == "juggler busy juggles a ball, a club peak=2"


async def test_the_tree_stands_whatever_an_actor_says_of_itself() -> None:
    async with open_system() as system:
        juggler = await system.spawn(Juggler, name="juggler")
        juggler.tell("bomb")
        await wait_all_tasks_blocked()
        node = system.tree().children[0]

    assert node.doing == "doing() failed: ValueError('boom')"


async def test_the_peak_is_the_most_that_ever_waited(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker)
        for _ in range(7):
            worker.tell("aside")
        await wait_all_tasks_blocked()
        worker.tell("aside")
        await wait_all_tasks_blocked()
        node = system.tree().children[0]

    assert (node.inbox, node.peak, node.stashed) == (0, 7, 8)


async def test_frames_show_where_the_code_of_an_actor_waits(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker, name="worker")
        worker.tell("work")
        await wait_all_tasks_blocked()
        tree = system.tree(frames=True)
        assert system.tree().children[0].frames == ()
        worker.kill()

    frames = [frame.rpartition("/")[2] for frame in tree.children[0].frames]
    assert any(frame.startswith("test_tree.py:") for frame in frames)
    assert any(frame.endswith("in Worker.receive") for frame in frames)
    assert tree.children[0].frames[0] in str(tree)


async def test_rich_draws_the_tree(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        team = await system.supervisor(name="team")
        await team.spawn(Worker, name="worker")
        console = rich.console.Console(width=60)
        with console.capture() as capture:
            console.print(system.tree(frames=True))

    drawn = capture.get()
    assert "system idle" in drawn
    assert "team idle" in drawn
    assert "worker idle" in drawn


async def test_a_suspended_actor_begins_no_message(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker)
        with worker.suspended(), worker.suspended():
            worker.tell("work")
            await wait_all_tasks_blocked()
            node = system.tree().children[0]
            assert (node.state, node.inbox) == ("suspended", 1)
        await wait_all_tasks_blocked()
        assert system.tree().children[0].state == "busy"
        worker.kill()


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_suspended_actor_can_be_ended(autojump_clock: MockClock, end: str) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker)
        with worker.suspended():
            {"stop": worker.stop, "kill": worker.kill}[end]()
            await worker.closed()
        with pytest.raises(ActorStopped, match="not running"), worker.suspended():
            pass


async def test_a_suspended_actor_drains_once_it_is_resumed(autojump_clock: MockClock) -> None:
    async with open_system() as system:
        worker = await system.spawn(Worker)
        with worker.suspended():
            worker.tell("work")
            worker.drain()
            await trio.sleep(10)
            assert worker.alive
        await worker.closed()
        assert trio.current_time() == 110
