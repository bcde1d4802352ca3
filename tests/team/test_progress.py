"""How far a team is, told as it happens."""

import pytest
from team_models import echoing
from trio.testing import MockClock

from sagent.agent import Agent
from sagent.errors import StreamCutError
from sagent.team import Finished, Progress, Retried, Started, map_agents
from sagent.testing import ScriptedModel


async def test_what_happens_to_an_item_is_told(autojump_clock: MockClock) -> None:
    told: list[Progress] = []
    model = ScriptedModel(StreamCutError("cut"), "fine")

    async with map_agents(Agent(model=model), ["go"], on_progress=told.append) as outcomes:
        (outcome,) = await outcomes.collect()

    started, retried, finished = told
    assert isinstance(started, Started)
    assert (started.index, started.counts.running) == (0, 1)
    assert isinstance(retried, Retried)
    assert (retried.attempt, str(retried.error), retried.counts.retries) == (2, "cut", 1)
    assert isinstance(finished, Finished)
    assert finished.outcome == outcome
    assert finished.counts.spent.calls == outcome.spent.calls


async def test_counts_add_up() -> None:
    async def work(number: int) -> float:
        return 1 / number

    async with map_agents(work, range(5)) as outcomes:
        await outcomes.collect()

    counts = outcomes.counts
    assert (counts.running, counts.succeeded, counts.failed, counts.finished) == (0, 4, 1, 5)


async def test_a_broken_listener_harms_no_work(caplog: pytest.LogCaptureFixture) -> None:
    def broken(progress: Progress) -> None:
        raise KeyError

    async with map_agents(echoing(), ["a"], on_progress=broken) as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.ok
    assert "on_progress failed at item 0" in caplog.text
