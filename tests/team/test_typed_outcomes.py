"""Outcomes that are instances of a class."""

from datetime import date
from pathlib import Path

import attrs
import pytest
from pydantic import BaseModel

from sagent.agent import Agent
from sagent.errors import UsageError
from sagent.team import map_agents
from sagent.testing import ScriptedModel


@attrs.frozen
class City:
    name: str
    people: int


class Day(BaseModel):
    day: date


async def test_values_are_instances_of_the_class() -> None:
    model = ScriptedModel('{"name": "Oslo"}', '{"name": "Oslo", "people": 7}')

    async with map_agents(Agent(model=model), ["Norway"], output_type=City) as outcomes:
        values = [outcome.value for outcome in await outcomes.collect()]

    assert values == [City("Oslo", 7)]


async def test_a_journal_gives_back_instances(tmp_path: Path) -> None:
    values: list[Day] = []
    for steps in (['{"day": "2026-11-29"}'], []):
        agent = Agent(model=ScriptedModel(*steps))
        journal = tmp_path / "days.jsonl"
        async with map_agents(agent, ["today"], output_type=Day, journal=journal) as outcomes:
            values += [outcome.value for outcome in await outcomes.collect()]

    assert values == [Day(day=date(2026, 11, 29))] * 2


def test_a_function_has_no_type_of_answers() -> None:
    async def work(item: str) -> str:
        return item

    with pytest.raises(UsageError, match="output_type="):
        map_agents(work, ["a"], output_type=City)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
