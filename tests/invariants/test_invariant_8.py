"""A session survives kill -9 at any moment: everything that was told is there, and it goes on."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from histories import broken_links_of, faults_of, texts_in

from sagent.agent import Agent
from sagent.home import Home
from sagent.message import get_queue_id, response_tool_calls
from sagent.session import create_session, open_session, read_session
from sagent.testing import ScriptedModel

PROGRAM = Path(__file__).with_name("killed_agent.py")
LONGEST_LIFE_S = 0.05
"""After the first thing it has told: some dozens of records."""


def killed(directory: Path, dice: random.Random) -> list[str]:
    """Let the agent work on the session, kill it at some moment, and give what it has told."""
    with subprocess.Popen(
        [sys.executable, PROGRAM, directory], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(dice.uniform(0, LONGEST_LIFE_S))  # noqa: TID251  # it lives in real time
        process.kill()
        told = first + process.stdout.read()
    assert first, "it could not go on with the session"
    return told.split("\n")[:-1]  # the last may be cut off


@pytest.mark.parametrize(
    "kills", [pytest.param(10), pytest.param(60, marks=pytest.mark.slow, id="many")]
)
async def test_invariant_8_nothing_that_was_told_is_lost_by_kill_9_and_every_session_goes_on(
    home: Home, tmp_path: Path, kills: int
) -> None:
    with create_session(home, cwd=tmp_path, name="kept", durability="none") as session:
        directory = session.directory
    dice = random.Random(8)
    told: list[str] = []

    for _ in range(kills):
        told += killed(directory, dice)
        transcript = read_session(directory)
        assert len(transcript.damaged_lines) <= 1  # a write that the kill came into
        messages = transcript.conversation
        ids = {get_queue_id(call) for m in messages for call in response_tool_calls(m)}
        said = {f"call {id_}" for id_ in ids} | set(texts_in(messages))
        assert set(told) <= said
        assert broken_links_of(messages) == []
        assert faults_of(messages)[1:] == []  # what ran when it was killed

    model = ScriptedModel("on I go")
    with open_session(directory, durability="none") as again:
        await Agent(model=model, session=again, compactor=None).run("and now?")
    assert faults_of(model.requests[0].messages) == []
    assert again.transcript.epoch == kills + 2
