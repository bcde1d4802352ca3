"""Who speaks through a control socket: a person, or a command that an agent has run."""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sagent.actors import Ref, open_system
from sagent.agent import Agent, GetStatus, Mail
from sagent.control import open_control
from sagent.control._origin import Kin, is_command, lineage, origin_of
from sagent.home import Home
from sagent.process import run_command
from sagent.testing import ScriptedModel

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody can tell")

REFUSED = "this comes from a command that an agent has run"
SAY = """
import os, socket, sys, time
end = socket.socket(socket.AF_UNIX)
end.connect(sys.argv[1])
if sys.argv[2:] and os.fork():
    os._exit(0)
time.sleep(0.2 * len(sys.argv[2:]))
end.sendall(b'{"version": 1, "type": "Send", "to": "reviewer", "text": "hello"}\\n')
print(end.recv(1000).decode())
"""
"""Says something through the socket that is named to it; with a word more, not waiting for it."""
WATCH = """
import socket, sys
end = socket.socket(socket.AF_UNIX)
end.connect(sys.argv[1])
end.sendall(b'{"version": 1, "type": "Attach", "name": "reviewer"}\\n')
end.sendall(b'{"version": 1, "type": "Say", "text": "hello"}\\n')
lines = end.makefile()
print(lines.readline(), lines.readline())
"""
RESULT = "while ! [ -s out ]; do sleep 0.02; done; cat out"


@asynccontextmanager
async def run_with_agent(home: Home) -> AsyncGenerator[Ref[Mail]]:
    async with open_system() as system, open_control(system, home=home):
        yield await system.spawn(Agent(model=ScriptedModel("heard")), name="reviewer")


async def messages(ref: Ref[Mail]) -> int:
    return (await ref.ask(GetStatus())).messages


async def in_tool(home: Home, directory: Path, script: str) -> str:
    """Run *script*, in which $SAY says something to the run, as a tool does, and give its output."""
    (directory / "say.py").write_text(SAY)
    (socket_file,) = home.run.iterdir()
    say = f"{sys.executable} -I -S say.py {socket_file}"
    environ = {**os.environ, "SAGENT_HOME": str(home.root), "SAY": say}
    done = await run_command(["/bin/sh", "-c", script], cwd=directory, env=environ)
    return done.output.text


@linux
@pytest.mark.parametrize(
    "script",
    [
        "$SAY",
        "exec env -i $SAY",
        "setsid -w $SAY",
        f"($SAY > out &) ; {RESULT}",
        f"(setsid $SAY > out &) ; {RESULT}",
        f"(env -i $SAY > out &) ; {RESULT}",
    ],
)
async def test_what_a_command_of_an_agent_says_is_not_a_persons_word(
    home: Home, tmp_path: Path, script: str
) -> None:
    async with run_with_agent(home) as ref:
        said = await in_tool(home, tmp_path, script)

        assert REFUSED in said
        assert await messages(ref) == 0


@linux
async def test_a_command_of_an_agent_stops_nobody_and_may_look(home: Home, tmp_path: Path) -> None:
    sagent = f"{sys.executable} -m sagent"
    async with run_with_agent(home) as ref:
        said = await in_tool(home, tmp_path, f"{sagent} stop reviewer; {sagent} ps")

        assert REFUSED in said
        assert "idle" in said
        assert ref.alive


@linux
async def test_a_command_of_an_agent_may_watch_and_say_nothing(home: Home, tmp_path: Path) -> None:
    (tmp_path / "watch.py").write_text(WATCH)
    async with run_with_agent(home) as ref:
        said = await in_tool(home, tmp_path, "set -- $SAY; $1 -I -S watch.py $5")

        assert "Attached" in said
        assert REFUSED in said
        assert await messages(ref) == 0


@linux
async def test_a_command_that_does_not_wait_to_be_looked_at_is_not_heard(
    home: Home, tmp_path: Path
) -> None:
    async with run_with_agent(home) as ref:
        said = await in_tool(home, tmp_path, f"$SAY leave > out; {RESULT}")

        assert "Refused" in said
        assert await messages(ref) == 0


@linux
async def test_who_is_gone_is_taken_for_nobody() -> None:
    done = await run_command(["/bin/sh", "-c", "echo $$"])

    assert origin_of(int(done.output.text), runs=()) == "gone"


@pytest.mark.parametrize("pid", [None, 0, os.getpid()])
def test_who_is_no_command_that_can_be_seen_is_a_person(pid: int | None) -> None:
    assert origin_of(pid, runs=()) == "person"


TREE = {
    10: Kin(1, 10),  # a terminal
    11: Kin(10, 10),  # a run
    12: Kin(11, 12),  # its command
    13: Kin(12, 12),  # a run that this has started
    14: Kin(11, 14),  # another command of the first run
    15: Kin(1, 12),  # an orphan of the first command
    16: Kin(10, 10),  # what a person has started
    17: Kin(10, 10),  # another run of the person
}


@pytest.mark.parametrize(
    ("pid", "own", "expected"),
    [
        (12, 11, True),
        (15, 11, True),
        (16, 11, False),
        (12, 17, True),  # an agent speaks to a run that is not its own
        (16, 13, False),  # a person to the run of an agent
        (14, 13, False),  # an agent to the run that it has started itself
        (13, 11, True),  # a run to the agent that has started it
    ],
)
def test_a_command_is_known_by_those_it_comes_from(pid: int, own: int, expected: bool) -> None:
    above, above_own = lineage(pid, TREE.get), lineage(own, TREE.get)

    others = {11, 13, 17} - {own}
    judged = is_command(above, above_own, own=own, runs=others, marks=lambda _: frozenset())

    assert judged is expected


@pytest.mark.parametrize(
    ("marks", "own_marks", "expected"),
    [
        (frozenset[str](), frozenset[str](), False),
        (frozenset({"a"}), frozenset[str](), True),
        (frozenset({"a"}), frozenset({"a"}), False),
        (frozenset({"a", "b"}), frozenset({"a"}), True),
    ],
)
def test_an_orphan_is_known_by_its_mark(
    marks: frozenset[str],
    own_marks: frozenset[str],
    expected: bool,
) -> None:
    table = {16: marks, 11: own_marks}

    judged = is_command(
        frozenset({16}),
        frozenset({11}),
        own=11,
        runs=(),
        marks=lambda pid: table.get(pid, frozenset()),
    )

    assert judged is expected
