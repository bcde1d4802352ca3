"""What was sent to a child is read by it, if it comes back."""

import math
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio
from family import send, spawn, told
from trio.testing import wait_all_tasks_blocked

from sagent.agent import Agent, Run
from sagent.home import Home
from sagent.message import TextMessage
from sagent.model import ModelEvent, ModelRequest
from sagent.session import (
    HeadRecord,
    MailRecord,
    MessageRecord,
    Session,
    create_session,
    open_session,
    read_session,
)
from sagent.testing import ScriptedModel
from sagent.tools import AgentSend, AgentSpawn


class Silent(ScriptedModel):
    """A model that never answers."""

    @asynccontextmanager
    async def stream(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent]]:
        await trio.sleep(math.inf)
        async with super().stream(request) as events:
            yield events


def boss(model: ScriptedModel, child: ScriptedModel, session: Session) -> Agent:
    return Agent(model=model, tools=[AgentSpawn(model=child), AgentSend()], session=session)


async def leave(directory: Path) -> Path:
    """Give up a run whose child is busy, and has been sent something more."""
    model = ScriptedModel(
        spawn("look", label="scout", persistent=True), send("scout", "look again"), "w"
    )
    with create_session(Home(directory), cwd=directory) as session:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(waited, boss(model, Silent(), session).run("go"))
            while model.unused:
                await trio.lowlevel.checkpoint()
            await wait_all_tasks_blocked(0.01)
            nursery.cancel_scope.cancel()
    return session.directory


async def waited(run: Run[TextMessage]) -> None:
    await run


async def test_what_was_sent_to_a_busy_child_is_read_by_it_when_it_is_back(tmp_path: Path) -> None:
    left = await leave(tmp_path)

    child, later = ScriptedModel("both done"), ScriptedModel("w", "w")
    with open_session(left) as session:
        await boss(later, child, session).run("once more")

    assert told(child.requests[0]) == ["[from Agent]: look", "[from Agent]: look again"]
    assert "[from scout]: both done" in told(later.requests[-1])


async def test_what_was_sent_is_read_once(tmp_path: Path) -> None:
    left = await leave(tmp_path)
    with open_session(left) as session:
        await boss(ScriptedModel("w", "w"), ScriptedModel("done"), session).run("once more")

    child = ScriptedModel("idle")
    with open_session(left) as session:
        await boss(ScriptedModel("w"), child, session).run("and now?")

    assert not child.requests


async def test_a_message_is_in_the_session_of_a_child_when_its_sender_is_told_so(
    tmp_path: Path,
) -> None:
    left = await leave(tmp_path)

    (below,) = (left / "agents").iterdir()
    (mail,) = read_session(below).waiting_mail
    assert (mail.text, mail.source, mail.hops) == ("[from Agent]: look again", "/Agent", 1)


def test_mail_waits_until_the_session_has_its_message(tmp_path: Path) -> None:
    read = TextMessage("a")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        session.append(
            MailRecord(message_id=read.id, text="a"),
            MailRecord(message_id="b", text="b"),
            MessageRecord(read),
        )

    (mail,) = read_session(session.directory).waiting_mail

    assert mail.text == "b"


def test_mail_that_was_cleared_away_waits_no_longer(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        session.append(
            MailRecord(message_id="a", text="a"),
            HeadRecord(None, "clear"),
            MailRecord(message_id="b", text="b"),
        )

    (mail,) = read_session(session.directory).waiting_mail

    assert mail.text == "b"


def test_no_secret_of_a_message_stays_where_it_waits(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path, secrets=["hush"]) as session:
        session.append(MailRecord(message_id="a", text="say hush", source="/Agent"))

    (mail,) = read_session(session.directory).waiting_mail

    assert mail.text == "say [secret]"


KILLED = """
import os, signal, sys
from contextlib import asynccontextmanager
from pathlib import Path
import trio
from sagent.agent import Agent
from sagent.home import Home
from sagent.session import create_session
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSend, AgentSpawn, tool

class Silent(ScriptedModel):
    @asynccontextmanager
    async def stream(self, request):
        await trio.sleep_forever()
        yield

@tool(name="Die")
async def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)

async def main(place: Path) -> None:
    with create_session(Home(place), cwd=place, directory=place / "s") as session:
        model = ScriptedModel(
            calls(("AgentSpawn", {"prompt": "look", "label": "scout", "persistent": True})),
            calls(("AgentSend", {"to": "scout", "content": "look again"})),
            calls(("Die", {})),
        )
        tools = [AgentSpawn(model=Silent()), AgentSend(), die]
        await Agent(model=model, tools=tools, session=session).run("go")

trio.run(main, Path(sys.argv[1]))
"""


async def test_what_was_sent_before_kill_9_is_read_after_it(tmp_path: Path) -> None:
    done = await trio.run_process([sys.executable, "-c", KILLED, str(tmp_path)], check=False)

    child = ScriptedModel("both done")
    with open_session(tmp_path / "s") as session:
        await boss(ScriptedModel("w", "w"), child, session).run("once more")

    assert done.returncode == -signal.SIGKILL
    assert told(child.requests[0]) == ["[from Agent]: look", "[from Agent]: look again"]
