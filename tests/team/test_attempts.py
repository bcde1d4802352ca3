"""Items that fail, and are tried again."""

import pytest
import trio
from team_models import echo
from trio.testing import MockClock

from sagent.agent import Agent
from sagent.errors import (
    ActorCrashed,
    ActorStopped,
    ItemDeadlineError,
    ModelStoppedError,
    ServerError,
    StreamCutError,
)
from sagent.model import ModelRequest
from sagent.team import Attempts, map_agents
from sagent.testing import RecordingTool, ScriptedModel
from sagent.tool import Binding, Tool


async def test_an_error_that_may_pass_is_tried_again_by_a_new_agent(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(StreamCutError("cut"), StreamCutError("cut"), "fine")

    async with map_agents(Agent(model=model), ["go"], attempts=3) as outcomes:
        (outcome,) = await outcomes.collect()

    assert (outcome.value, outcome.attempts) == ("fine", 3)
    assert [len(request.messages) for request in model.requests] == [1, 1, 1]


async def test_an_item_that_always_fails_has_its_last_error(autojump_clock: MockClock) -> None:
    errors = [ServerError(f"down {n}", status=503, retryable=True) for n in range(4)]

    async with map_agents(Agent(model=ScriptedModel(*errors)), ["go"], attempts=4) as outcomes:
        (outcome,) = await outcomes.collect()

    assert (outcome.error, outcome.attempts) == (errors[3], 4)


DOWN = ServerError("down", status=503, retryable=True)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (trio.TooSlowError(), 2),
        (trio.BrokenResourceError(), 2),
        (ExceptionGroup("of a nursery", [DOWN, ExceptionGroup("of another", [DOWN])]), 2),
        (ExceptionGroup("of a nursery", [DOWN, KeyError("a bug")]), 1),
    ],
)
async def test_what_trio_programs_raise_may_pass_as_what_is_in_it_does(
    autojump_clock: MockClock, error: Exception, attempts: int
) -> None:
    async def work(item: str) -> None:
        raise error

    async with map_agents(work, ["go"], attempts=2) as outcomes:
        (outcome,) = await outcomes.collect()

    assert (outcome.error, outcome.attempts) == (error, attempts)


async def test_an_error_that_stays_is_not_tried_again() -> None:
    model = ScriptedModel(ModelStoppedError("no"), "fine")

    async with map_agents(Agent(model=model), ["go"], attempts=3) as outcomes:
        (outcome,) = await outcomes.collect()

    assert isinstance(outcome.error, ModelStoppedError)


async def test_a_policy_says_what_is_tried_again_and_after_how_long(
    autojump_clock: MockClock,
) -> None:
    policy = Attempts(
        times=2, first_s=8, most_s=8, passing=lambda error: isinstance(error, KeyError)
    )

    async def fail(item: str) -> None:
        raise KeyError(item)

    async with map_agents(fail, ["go"], attempts=policy) as outcomes:
        (outcome,) = await outcomes.collect()

    assert outcome.attempts == 2
    assert 6 <= outcome.elapsed_s <= 8


async def test_an_agent_that_crashes_fails_its_item_and_may_be_tried_again(
    autojump_clock: MockClock,
) -> None:
    def crash(request: ModelRequest) -> str:
        raise ZeroDivisionError

    model = ScriptedModel(crash, "fine", crash)

    async with map_agents(Agent(model=model), ["a"], attempts=2) as outcomes:
        (mended,) = await outcomes.collect()
    async with map_agents(Agent(model=model), ["b"], attempts=1) as outcomes:
        (crashed,) = await outcomes.collect()

    assert mended.value == "fine"
    assert isinstance(crashed.error, ActorCrashed)


async def test_an_agent_that_crashes_as_it_takes_in_its_tools_fails_its_item() -> None:
    class Unbindable(RecordingTool):
        def bind(self, binding: Binding) -> Tool:
            raise ZeroDivisionError

    agent = Agent(model=echo(), tools=[Unbindable("Look", "so")])

    async with map_agents(agent, ["a"], attempts=1) as outcomes:
        (outcome,) = await outcomes.collect()

    assert isinstance(outcome.error, ActorCrashed | ActorStopped)
    assert isinstance(outcome.error.__cause__, ZeroDivisionError)


async def test_an_item_has_so_much_time_for_all_its_attempts(autojump_clock: MockClock) -> None:
    async def work(seconds: int) -> int:
        await trio.sleep(seconds)
        return seconds

    async with map_agents(work, [1, 60], item_seconds=5) as outcomes:
        quick, slow = await outcomes.collect()

    assert quick.ok
    assert isinstance(slow.error, ItemDeadlineError)
    assert (slow.attempts, slow.elapsed_s) == (1, 5)
