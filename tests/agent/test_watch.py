"""Those who watch a spawned agent."""

import gc
import weakref

from trio.testing import wait_all_tasks_blocked

from sagent.actors import Missed, Ref, open_system
from sagent.agent import (
    Agent,
    Done,
    Failed,
    Mail,
    Prompt,
    RunEvent,
    Watch,
)
from sagent.errors import ModelError
from sagent.model import ModelRequest, Price
from sagent.testing import ScriptedModel


async def watch(ref: Ref[Mail], into: list[RunEvent | Missed]) -> None:
    async for event in await ref.ask(Watch()):
        into.append(event)  # noqa: PERF401  # as they come


async def test_a_watcher_who_is_slow_is_told_what_it_missed() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("a\nb\nc\nd\n")))
        feed = await ref.ask(Watch(capacity=2))
        await ref.ask(Prompt("go"))
        ref.stop()
        await ref.closed()

        seen = [event async for event in feed]

    assert [type(event).__name__ for event in seen] == ["Missed", "Responded", "Done"]
    assert seen[0] == Missed(6)


async def test_a_watcher_sees_how_each_turn_ends_and_what_it_took() -> None:
    price = Price(input_per_mtok="1000000", output_per_mtok="1000000")
    model = ScriptedModel("one", ModelError("no luck"), "two", price=price)
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        feed = await ref.ask(Watch())
        for text in ("a", "b", "c"):
            ref.tell(Prompt(text))
            await wait_all_tasks_blocked()
        ref.stop()
        await ref.closed()

        ends = [event async for event in feed if isinstance(event, Done | Failed)]

    assert [event.content for event in ends] == ["one", "no luck", "two"]
    assert [event.cost_usd for event in ends if isinstance(event, Done)] == [2, 2]


async def test_a_watcher_sees_each_answer_of_those_who_write_on() -> None:
    async with open_system() as system:

        def meanwhile(_: ModelRequest) -> str:
            ref.tell(Prompt("and?"))
            return "one"

        ref = await system.spawn(Agent(model=ScriptedModel(meanwhile, "two")))
        feed = await ref.ask(Watch())
        await ref.ask(Prompt("go"))
        ref.stop()
        await ref.closed()

        assert [e.content async for e in feed if isinstance(e, Done)] == ["one", "two"]


async def test_a_watcher_who_leaves_is_forgotten() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("one")))
        feed = weakref.ref(await ref.ask(Watch()))

        await ref.ask(Prompt("go"))

        gc.collect()
        assert feed() is None
