"""Turns that are cut short: what was said stays, and the agent goes on."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from family import spawn
from histories import texts
from slow_model import Slow
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import (
    AGENTS,
    Agent,
    ChildEvent,
    Compact,
    Done,
    Interrupt,
    Prompt,
    RunEvent,
)
from sagent.compaction import Recap
from sagent.errors import StreamCutError
from sagent.model import Model, ModelEvent, ModelRequest, ModelStream
from sagent.testing import ScriptedModel
from sagent.tools import AgentSpawn


class SlowToClose(ScriptedModel):
    """Takes a second to close a stream whose response has come."""

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._closing_slowly(request)

    @asynccontextmanager
    async def _closing_slowly(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        async with super().stream(request) as events:
            yield events
            await trio.sleep(1)


class BreaksOff(ScriptedModel):
    """Breaks its first stream off after one event."""

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._breaking_off(request) if not self.requests else super().stream(request)

    @asynccontextmanager
    async def _breaking_off(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        async with super().stream(request) as events:
            yield _Broken(events)


class _Broken:
    def __init__(self, events: AsyncIterator[ModelEvent]) -> None:
        self._events = events
        self._left = 1

    def __aiter__(self) -> AsyncIterator[ModelEvent]:
        return self

    async def __anext__(self) -> ModelEvent:
        if not self._left:
            raise StreamCutError("cut")
        self._left -= 1
        return await anext(self._events)


async def test_an_interrupt_keeps_what_was_said_and_the_next_prompt_is_answered(
    any_schedule: MockClock,
) -> None:
    model = Slow("a long\nanswer\n", "fine")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        ref.tell(Prompt("go"))
        await trio.sleep(2.5)
        ref.tell(Interrupt(), lane="front")

        answer = await ref.ask(Prompt("shorter"), lane="front")

    assert answer.content == "fine"
    assert texts(model) == ["go", "a long\n", "[the user interrupted this answer]", "shorter"]


async def test_an_interrupt_after_the_last_word_of_an_answer_keeps_all_of_it(
    autojump_clock: MockClock,
) -> None:
    model = SlowToClose("all of it", "fine")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        ref.tell(Prompt("go"))
        await trio.sleep(0.5)
        ref.tell(Interrupt(), lane="front")
        await ref.ask(Prompt("and?"), lane="front")

    assert texts(model) == ["go", "all of it", "[the user interrupted this answer]", "and?"]


async def test_an_answer_that_breaks_off_is_not_said_to_have_been_interrupted_by_the_user() -> None:
    model = BreaksOff("half of\nit", "fine")
    agent = Agent(model=model)
    with pytest.raises(StreamCutError):
        await agent.run("go")

    await agent.run("and?")

    assert texts(model) == ["go", "half of\n", "[an error interrupted this answer]", "and?"]


async def test_who_has_an_answer_gets_it_though_the_turn_is_interrupted_for_those_after_them(
    autojump_clock: MockClock,
) -> None:
    async def emit(event: RunEvent) -> None:
        if isinstance(event, ChildEvent) and isinstance(event.event, Done):
            await trio.sleep(60)  # who reads of the child is slow

    parent = ScriptedModel(spawn("look", label="scout", persistent=True), *["noted"] * 9)
    agent = Agent(model=parent, tools=[AgentSpawn(model=Slow(*["seen"] * 3))])
    answers: list[str] = []
    async with (
        open_system() as system,
        agent.living(system, emit=emit) as ref,
        trio.open_nursery() as nursery,
    ):
        await ref.ask(Prompt("go"))
        await trio.sleep(100)
        (scout,) = (child for child in system.members(AGENTS) if child.name == "scout")

        async def ask() -> None:
            answers.append((await scout.ask(Prompt("first"))).content)

        nursery.start_soon(ask)
        await trio.sleep(1)
        scout.tell(Prompt("second"))
        await trio.sleep(10)
        scout.tell(Interrupt(), lane="front")
        await wait_all_tasks_blocked()
        ref.kill()

    assert answers == ["seen"]


class FailsAsItEnds(ScriptedModel):
    """Has a task beside its first stream that fails as it is cancelled."""

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._beside_a_task(request) if not self.requests else super().stream(request)

    @asynccontextmanager
    async def _beside_a_task(
        self, request: ModelRequest
    ) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        async with trio.open_nursery() as nursery, super().stream(request) as events:
            nursery.start_soon(fail_at_the_end)
            await trio.sleep(60)
            yield events


async def fail_at_the_end() -> None:
    try:
        await trio.sleep_forever()
    finally:
        raise StreamCutError("the connection is closed already")


class FailsToShorten:
    """A compactor that takes for ever, beside a task that fails as it is cancelled."""

    model: Model | None = None

    def __init__(self) -> None:
        self.begun = trio.Event()

    async def compact(self, *args: Any, **options: Any) -> Recap:  # Any: they are not looked at
        async with trio.open_nursery() as nursery:
            nursery.start_soon(fail_at_the_end)
            self.begun.set()
            await trio.sleep_forever()
        raise AssertionError((args, options))


async def test_a_compactor_that_fails_as_it_is_interrupted_does_not_take_its_agent_along() -> None:
    compactor = FailsToShorten()
    async with open_system() as system:
        agent = Agent(model=ScriptedModel("one", "still here"), compactor=compactor)
        ref = await system.spawn(agent)
        await ref.ask(Prompt("go"))
        ref.tell(Compact())
        await compactor.begun.wait()
        await wait_all_tasks_blocked()
        ref.tell(Interrupt(), lane="front")

        answer = await ref.ask(Prompt("are you there?"))

    assert answer.content == "still here"


async def test_a_model_that_fails_as_it_is_interrupted_does_not_take_its_agent_along(
    autojump_clock: MockClock,
) -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=FailsAsItEnds("never", "still here")))
        ref.tell(Prompt("go"))
        await trio.sleep(1)
        ref.tell(Interrupt(), lane="front")

        answer = await ref.ask(Prompt("are you there?"))

    assert answer.content == "still here"
