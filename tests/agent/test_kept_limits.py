"""What a child may take is what its order says, over all its lives."""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from family import send, spawn, told
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from sagent.actors import Restarting, open_system
from sagent.agent import Agent, Prompt
from sagent.budget import Budget
from sagent.home import Home
from sagent.lib.json import JsonValue
from sagent.message import MultipartMessage
from sagent.model import ModelRequest, Price, Usage
from sagent.session import Session, create_session, open_session
from sagent.testing import ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import AgentSend, AgentSpawn, tool

type ModelStep = str | MultipartMessage | Callable[[ModelRequest], str]


def paid(*steps: ModelStep) -> ScriptedModel:
    """Make a model each of whose calls costs a tenth of a cent, as is expected of it."""
    usage = Usage(input_tokens=1, output_tokens=1_000)
    return ScriptedModel(*steps, price=Price(output_per_mtok="1"), usage=usage)


def order(**arguments: JsonValue) -> MultipartMessage:
    return spawn("look", label="scout", persistent=True, **arguments)


async def start(directory: Path, child: ScriptedModel, model: ScriptedModel) -> Path:
    with create_session(Home(directory), cwd=directory) as session:
        tools = [AgentSpawn(model=child), AgentSend()]
        await Agent(model=model, tools=tools, session=session).run("go")
    return session.directory


async def resume(directory: Path, child: ScriptedModel, model: ScriptedModel) -> None:
    with open_session(directory) as session:
        tools = [AgentSpawn(model=child), AgentSend()]
        await Agent(model=model, tools=tools, session=session).run("once more")


async def test_a_child_that_comes_back_has_what_is_left_of_its_share(tmp_path: Path) -> None:
    model = ScriptedModel(order(max_budget_usd=0.0025), "w", send("scout", "again"), "w", "w")
    left = await start(tmp_path, paid("one", "two"), model)

    child, later = paid("three"), ScriptedModel(send("scout", "again"), "w", "w")
    await resume(left, child, later)

    assert not child.requests
    failed = "[scout failed: the budget of scout is $0.0025, with $0.002 spent"
    assert any(text.startswith(failed) for text in told(later.requests[-1]))


async def test_what_was_spent_below_a_child_is_spent_when_it_comes_back(tmp_path: Path) -> None:
    below = AgentSpawn(model=paid("found"))
    child = paid(spawn("look closer"), "one")
    spawning = AgentSpawn(model=child, tools=[below])
    model = ScriptedModel(order(max_budget_usd=0.0035), "w", "w")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        await Agent(model=model, tools=[spawning], session=session).run("go")

    again = paid("two")
    await resume(session.directory, again, ScriptedModel(send("scout", "again"), "w", "w"))

    assert not again.requests


async def test_what_a_child_spent_is_kept_when_the_program_dies_in_the_midst_of_its_turn(
    tmp_path: Path,
) -> None:
    copies: list[Path] = []

    @tool(name="Die")
    async def die() -> None:
        """Keep the files as they are now, which is how a killed program leaves them."""
        copies.append(tmp_path / "left" / session.directory.name)
        shutil.copytree(session.directory, copies[0])

    child = paid(_call("Die"), "one")
    model = ScriptedModel(order(max_budget_usd=0.0015), "w", "w", "w")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        tools: list[Tool] = [AgentSpawn(model=child), die]
        await Agent(model=model, tools=tools, session=session).run("go")

    again = paid("two")
    await resume(copies[0], again, ScriptedModel(send("scout", "again"), "w", "w"))

    assert not again.requests


async def test_a_program_gives_new_limits_to_the_agent_that_it_goes_on_with(
    tmp_path: Path,
) -> None:
    def agent(*steps: ModelStep) -> Agent:
        return Agent(model=paid(*steps), budget=Budget(usd="0.0015"), session=session)

    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        await agent("one").run("go")

    with open_session(session.directory) as session:
        answer = await agent("two").run("go on")

    assert answer.content == "two"


async def test_a_child_that_crashes_has_no_new_share(autojump_clock: MockClock) -> None:
    def bug(_: ModelRequest) -> str:
        raise RuntimeError("a bug")

    again = send("scout", "again")
    child = paid("one", bug, "two", "three")
    waits = ["w"] * 4
    model = ScriptedModel(order(max_budget_usd=0.0035), "w", again, "w", again, "w", again, *waits)

    await Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()]).run("go")

    assert child.unused  # the call that crashed has been sent, so it is paid
    assert any("with $0.003 spent" in text for text in told(model.requests[-1]))


async def test_the_children_of_an_agent_that_crashes_have_no_new_share(tmp_path: Path) -> None:
    def bug(_: object) -> str:
        raise RuntimeError("a bug")

    child = paid("one", "two")
    model = ScriptedModel(
        order(max_budget_usd=0.0015), "w", "d", bug, send("scout", "again"), *["w"] * 3
    )
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            tools = [AgentSpawn(model=child), AgentSend()]
            agent = Agent(model=model, tools=tools, session=session)
            ref = await system.spawn(agent, name="boss", restart="transient")
            await ref.ask(Prompt("go", until_idle=True))
            crashed = trio.Event()
            with system.events.listen(lambda e: isinstance(e, Restarting) and crashed.set()):
                ref.tell(Prompt("crash"))
                await crashed.wait()

            await ref.ask(Prompt("and now?", until_idle=True))

    assert child.unused


@asynccontextmanager
async def living(session: Session, model: ScriptedModel) -> AsyncGenerator[None]:
    """Let an agent go on with *session*, and be told something once, for the block."""
    tools = [AgentSpawn(model=ScriptedModel("one"))]
    async with open_system() as system:
        agent = Agent(model=model, tools=tools, session=session)
        ref = await system.spawn(agent, name="boss")
        await ref.ask(Prompt("go", until_idle=True))
        yield


async def test_a_child_that_comes_back_lives_no_longer_than_it_may(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    early, late = ScriptedModel("w", "over"), ScriptedModel("w", "over")
    # Virtual time would go on while the disk is waited for.
    with create_session(Home(tmp_path), cwd=tmp_path, durability="none") as session:
        async with living(session, ScriptedModel(order(deadline=30), "w", "w")):
            await trio.sleep(20)
    await trio.sleep(1_000)  # no program has it then

    with open_session(session.directory, durability="none") as session:
        async with living(session, early):
            await trio.sleep(9)
    with open_session(session.directory, durability="none") as session:
        async with living(session, late):
            await trio.sleep(2)

    assert len(early.requests) == 1
    assert told(late.requests[1])[-1] == "[scout has ended: its 30 seconds are over]"


async def test_a_minute_of_its_time_is_lost_at_most_when_the_program_dies(
    tmp_path: Path, autojump_clock: MockClock
) -> None:
    later = ScriptedModel("w", "over")
    with create_session(Home(tmp_path), cwd=tmp_path, durability="none") as session:
        async with living(session, ScriptedModel(order(deadline=190), "w", "w")):
            await trio.sleep(130)
            left = Path(shutil.copytree(session.directory, tmp_path / "left" / "s"))

    with open_session(left, durability="none") as session:
        async with living(session, later):
            await trio.sleep(71)

    assert told(later.requests[1])[-1] == "[scout has ended: its 190 seconds are over]"


@settings(max_examples=15, deadline=None)
@given(
    tenths=st.integers(0, 12),
    lives=st.lists(st.integers(0, 3), max_size=4),
)
def test_however_often_a_child_comes_back_it_never_passes_its_share(
    tenths: int, lives: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        asked = trio.run(_spend, Path(place), tenths / 1000, lives)

    assert asked == min(tenths, 1 + sum(lives))


async def _spend(place: Path, share_usd: float, lives: Sequence[int]) -> int:
    """Let a child be asked so often in each of its *lives*; give how often its model was."""
    child = paid(*["one"] * 20)
    waits = ["w"] * 3
    left = await start(place, child, ScriptedModel(order(max_budget_usd=share_usd), *waits))
    for count in lives:
        steps = [step for _ in range(count) for step in (send("scout", "again"), "w")]
        await resume(left, child, ScriptedModel(*steps, *waits))
    return len(child.requests)


def _call(name: str, **arguments: JsonValue) -> MultipartMessage:
    return calls((name, arguments))
