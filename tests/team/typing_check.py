"""What a user's type checker sees: mypy and pyright read this file, nothing runs it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import assert_type

from sagent.agent import Agent
from sagent.lib.json import JSON
from sagent.team import (
    Attempts,
    Codec,
    Debate,
    Outcome,
    Outcomes,
    Pipeline,
    Race,
    Reduced,
    Share,
    Stage,
    Vote,
    debate,
    map_agents,
    map_reduce,
    pipeline,
    race,
    vote,
)


async def measure(path: Path) -> int:
    return len(str(path))


async def add(parts: tuple[int, ...]) -> int:
    return sum(parts)


async def shout(text: str) -> str:
    return text.upper()


async def arriving() -> AsyncIterator[Path]:
    yield Path()


def ask(path: Path) -> str:
    return f"What is in {path}?"


async def use_map(agent: Agent, paths: list[Path]) -> None:
    async with map_agents(agent, paths, prompt=ask, limit=5, share=Share(rounds=3)) as texts:
        assert_type(texts, Outcomes[Path, str])
        async for outcome in texts:
            assert_type(outcome, Outcome[Path, str])
            assert_type(outcome.item, Path)
            assert_type(outcome.value, str)
            assert_type(outcome.error, Exception | None)
        assert_type(await texts.collect(), tuple[Outcome[Path, str], ...])
    async with map_agents(agent, arriving(), output_schema={"type": "object"}) as values:
        assert_type(values, Outcomes[Path, JSON])
    async with map_agents(measure, paths, attempts=Attempts(times=2), key=str) as numbers:
        assert_type(numbers, Outcomes[Path, int])
    map_agents(measure, ["a"])  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue,reportArgumentType]
    map_agents(measure, paths, prompt=ask)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    map_agents(agent, paths, limits=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def use_reduce(agent: Agent, paths: list[Path]) -> None:
    assert_type(await map_reduce(agent, agent, paths, empty=str), Reduced[Path, str, str])
    assert_type(await map_reduce(agent, _first, paths), Reduced[Path, str, str])
    assert_type(await map_reduce(measure, agent, paths), Reduced[Path, int, str])
    assert_type(await map_reduce(measure, add, paths, fan_in=9), Reduced[Path, int, int])
    assert_type((await map_reduce(measure, add, paths)).value, int)
    await map_reduce(shout, add, ["a"])  # type: ignore[misc]  # pyright: ignore[reportCallIssue,reportArgumentType]


async def _first(parts: tuple[str, ...]) -> str:
    return parts[0]


async def use_panels(agent: Agent) -> None:
    assert_type(await race([agent, shout], "go"), Race)
    assert_type(await vote([agent, agent], "which?", choices=["a", "b"], tie="fail"), Vote)
    assert_type(await pipeline([agent, Stage(agent, "Mend {item}"), shout], "go"), Pipeline)
    assert_type(await debate([agent], "why?", rounds=1, judge=agent), Debate)
    assert_type(Codec(str, str), Codec[str])
