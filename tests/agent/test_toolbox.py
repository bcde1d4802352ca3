"""What tools declare is read once, whoever works with them."""

import pytest
from family import spawn

from sagent.actors import open_system
from sagent.agent import Agent
from sagent.lib.json import JSON
from sagent.testing import RecordingTool, ScriptedModel
from sagent.tools import AgentSpawn, BackgroundTask


class Counted(RecordingTool):
    """Counts how often its schema is read."""

    reads = 0

    @property
    def directive_schema(self) -> JSON:
        Counted.reads += 1
        return {"type": "object"}

    @directive_schema.setter
    def directive_schema(self, _: JSON) -> None: ...


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    monkeypatch.setattr(Counted, "reads", 0)
    return Counted("Look")


async def test_a_schema_is_read_no_more_for_one_more_child(counted: Counted) -> None:
    model = ScriptedModel(spawn("look"), "done", spawn("look"), "done")
    child = ScriptedModel("one", "two")
    agent = Agent(model=model, tools=[counted, AgentSpawn(model=child), BackgroundTask()])
    await agent.run("go")
    before = Counted.reads

    await agent.run("again")

    assert len(child.requests) == 2
    assert Counted.reads == before


async def test_a_schema_is_read_no_more_for_many_actors(counted: Counted) -> None:
    agent = Agent(model=ScriptedModel(), tools=[counted])
    before = Counted.reads

    async with open_system() as system:
        for _ in range(3):
            await system.spawn(agent)

    assert Counted.reads == before
