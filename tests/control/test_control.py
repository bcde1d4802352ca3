"""A system that is seen and steered from outside, here by the same process."""

import os
import stat
from pathlib import Path

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.control import open_control
from sagent.control._server import MOST_CONNECTIONS
from sagent.control._service import MOST_REQUEST_BYTES, MOST_WAITING
from sagent.control._socket_file import MOST_PATH_BYTES, SocketFile, socket_files
from sagent.control.client import (
    Delivered,
    Ended,
    Lost,
    Refused,
    Running,
    Told,
    find_agent,
    find_run,
    find_runs,
)
from sagent.errors import ControlError, UnknownNameError
from sagent.home import Home
from sagent.testing import ScriptedModel


async def the_run(home: Home) -> Running:
    (running,) = await find_runs(home)
    return running


async def test_a_run_tells_of_its_agents_and_what_they_took(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel("one")), name="reviewer")
        await ref.ask(Prompt("go"))

        running = await the_run(home)

    run = running.run
    assert run is not None
    assert (run.pid, run.cwd, run.own) == (os.getpid(), str(Path.cwd()), "reviewer")
    (agent,) = run.agents
    assert (agent.path, agent.phase, agent.model, agent.messages) == (
        "/reviewer", "idle", "scripted", 2,
    )  # fmt: skip
    assert run.tokens == 2


async def test_a_tree_has_all_actors_and_how_the_agents_among_them_stand(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        await system.supervisor(name="team")
        await system.spawn(Agent(model=ScriptedModel()), name="reviewer")

        tree = await (await the_run(home)).tree()

    assert [(child.name, child.agent is None) for child in tree.children] == [
        ("team", True),
        ("reviewer", False),
    ]


async def test_what_is_sent_is_said_to_the_agent_as_by_a_user(home: Home) -> None:
    model = ScriptedModel("one")
    async with open_system() as system, open_control(system, home=home):
        await system.spawn(Agent(model=model), name="reviewer")

        delivered = await (await the_run(home)).send("reviewer", "Look at a.py")
        await wait_all_tasks_blocked()

    assert delivered == Delivered("/reviewer")
    (message,) = model.requests[0].messages
    assert message.content == "Look at a.py"


async def test_an_agent_that_is_not_there_is_told_with_those_that_are(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        await system.spawn(Agent(model=ScriptedModel()), name="reviewer")
        running = await the_run(home)

        for ask in (running.send("nobody", "x"), running.stop("nobody")):
            with pytest.raises(ControlError, match="unknown agent: 'nobody'; there are: reviewer"):
                await ask
        with pytest.raises(ControlError, match="unknown agent"):
            async with running.attach("nobody"):
                pass


async def test_an_empty_message_is_refused(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        await system.spawn(Agent(model=ScriptedModel()), name="reviewer")

        with pytest.raises(ControlError, match="there is nothing in the message"):
            await (await the_run(home)).send("reviewer", " \n")


async def test_an_agent_that_does_not_read_is_not_buried_in_messages(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel("one")), name="reviewer")
        running = await the_run(home)
        with ref.suspended():
            for _ in range(MOST_WAITING):
                ref.tell(Prompt("x"))

            with pytest.raises(ControlError, match="1000 messages wait for reviewer"):
                await running.send("reviewer", "one more")


async def test_an_agent_that_does_not_answer_takes_no_places_of_those_who_attach(
    home: Home,
) -> None:
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel()), name="reviewer")
        running = await the_run(home)

        async def attach() -> None:
            with pytest.raises(ControlError, match="reviewer does not answer within 1 s"):
                async with running.attach("reviewer"):
                    pass

        with ref.suspended():
            async with trio.open_nursery() as nursery:
                for _ in range(MOST_CONNECTIONS):
                    nursery.start_soon(attach)
            await wait_all_tasks_blocked()

            assert (await the_run(home)).run is not None


async def test_an_agent_is_stopped_and_the_others_are_not(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        await system.spawn(Agent(model=ScriptedModel()), name="first")
        second = await system.spawn(Agent(model=ScriptedModel()), name="second")

        await (await the_run(home)).stop("second")
        await second.closed()

        assert system.names() == ("first",)


async def test_stopping_the_runs_own_agent_ends_the_run_as_it_wants(home: Home) -> None:
    with trio.CancelScope() as run:
        async with (
            open_system() as system,
            open_control(system, home=home, own="main", end=run.cancel),
        ):
            await system.spawn(Agent(model=ScriptedModel()), name="main")
            await (await the_run(home)).stop("main")
            await trio.sleep_forever()

    assert run.cancelled_caught
    assert await find_runs(home) == ()


async def test_who_attaches_sees_what_happens_and_can_talk(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel("Hello.")), name="reviewer")
        async with (await the_run(home)).attach("reviewer") as attachment:
            await attachment.say("hi")
            await attachment.say("")
            seen = [await anext(attachment) for _ in range(7)]
            ref.stop()
            rest = [happening async for happening in attachment]

    events = [each.event for each in seen if isinstance(each, Told)]
    assert {"descriptor": "text/plain", "content": "Hello."} in events
    assert events[-1]["descriptor"] == "result"
    assert Delivered("/reviewer") in seen
    assert Refused("there is nothing in the message: write something") in seen
    assert rest == [Ended()]


async def test_who_detaches_leaves_the_agent_as_it_was(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel("one")), name="reviewer")
        async with (await the_run(home)).attach("reviewer"):
            pass

        assert (await ref.ask(Prompt("go"))).content == "one"


async def test_a_slow_reader_loses_events_and_is_told_how_many(home: Home) -> None:
    pieces = "a line of some length, so that buffers fill\n" * 10_000
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel(pieces)), name="reviewer")
        async with (await the_run(home)).attach("reviewer") as attachment:
            await ref.ask(Prompt("go"))
            ref.stop()
            seen = [happening async for happening in attachment]

    lost = sum(each.count for each in seen if isinstance(each, Lost))
    assert lost > 0
    assert sum(isinstance(each, Told) for each in seen) + lost == 10_004


async def test_the_socket_is_private_and_gone_with_its_run(home: Home) -> None:
    async with open_system() as system, open_control(system, home=home):
        (file,) = socket_files(home)

        modes = [stat.S_IMODE(path.stat().st_mode) for path in (home.run, file.path)]

    assert modes == [0o700, 0o600]
    assert not home.root.exists()


async def test_a_home_whose_path_is_too_long_for_a_socket_serves_all_the_same(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / ("x" * MOST_PATH_BYTES))
    async with open_system() as system, open_control(system, home=home):
        (file,) = socket_files(home)

        assert len(await find_runs(home)) == 1
        assert len(file.address) <= MOST_PATH_BYTES

    assert not Path(file.address).parent.exists()
    assert not home.root.exists()


async def test_a_folder_that_others_can_enter_is_closed_to_them(home: Home) -> None:
    home.run.mkdir(parents=True)
    home.run.chmod(0o777)

    async with open_system() as system, open_control(system, home=home):
        assert stat.S_IMODE(home.run.stat().st_mode) == 0o700


async def test_a_home_that_takes_no_socket_is_told(home: Home) -> None:
    home.root.write_text("a file")

    with pytest.raises(ControlError, match="no socket can be made in"):
        async with open_system() as system, open_control(system, home=home):
            pass


async def test_what_the_block_raises_comes_in_no_group(home: Home) -> None:
    with pytest.raises(KeyError):
        async with open_system() as system, open_control(system, home=home):
            raise KeyError


async def test_an_agent_is_found_over_all_runs_and_an_ambiguous_one_is_told(home: Home) -> None:
    async with (
        open_system() as one, open_control(one, home=home),
        open_system() as two, open_control(two, home=home),
    ):  # fmt: skip
        for system, name in ((one, "main"), (one, "reviewer"), (two, "main")):
            await system.spawn(Agent(model=ScriptedModel()), name=name)
        runs, pid = await find_runs(home), os.getpid()

        assert find_agent(runs, "reviewer")[1].path == "/reviewer"
        assert find_agent(runs, f"{pid}:/reviewer")[1].path == "/reviewer"
        assert find_run(runs, f"{pid}") is not None
        with pytest.raises(
            UnknownNameError, match=f"'main' is more than one agent: say which, {pid}:main"
        ):
            find_agent(runs, "main")
        with pytest.raises(UnknownNameError, match=f"no agent 'x' is running; .*{pid}:reviewer"):
            find_agent(runs, "x")


async def test_garbage_long_lines_and_silence_harm_nobody(
    home: Home, autojump_clock: trio.testing.MockClock
) -> None:
    async with open_system() as system, open_control(system, home=home):
        await system.spawn(Agent(model=ScriptedModel()), name="reviewer")
        (file,) = socket_files(home)

        silent = await trio.open_unix_socket(file.address)
        garbage = await exchange(file, b"GET / HTTP/1.1\r\n\r\n")
        long = await exchange(file, b"x" * (MOST_REQUEST_BYTES + 100_000))
        halved = await exchange(file, b'{"version": 1, "type"')

        assert b"this is no request" in garbage
        assert b"" in long
        assert halved == b""
        assert await silent.receive_some() == b""  # its time is over
        assert len(await find_runs(home)) == 1
        await silent.aclose()


async def exchange(file: SocketFile, octets: bytes) -> bytes:
    async with await trio.open_unix_socket(file.address) as stream:
        try:
            await stream.send_all(octets)
            await stream.send_eof()
            return bytes(await stream.receive_some(65_536))
        except trio.BrokenResourceError:
            return b""


async def test_a_thousand_connections_are_too_many_and_the_run_goes_on(
    home: Home, autojump_clock: trio.testing.MockClock
) -> None:
    async with open_system() as system, open_control(system, home=home):
        ref = await system.spawn(Agent(model=ScriptedModel("one")), name="reviewer")
        (file,) = socket_files(home)

        open_ = 0
        for _ in range(1_000):
            with trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM) as end:
                await end.connect(file.address)
                open_ += 1
        held = [await trio.open_unix_socket(file.address) for _ in range(MOST_CONNECTIONS)]
        await wait_all_tasks_blocked()
        refused = await trio.open_unix_socket(file.address)

        assert open_ == 1_000
        assert await refused.receive_some() == b""
        assert (await ref.ask(Prompt("go"))).content == "one"
        assert await held[0].receive_some() == b""  # its time is over
        assert len(await find_runs(home)) == 1
        for stream in (*held, refused):
            await stream.aclose()
