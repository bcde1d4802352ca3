import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Unpack, overload

from sagent._async_library import check_trio
from sagent.agent import Agent
from sagent.budget import Budget
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.process import secret_values
from sagent.team._answer import TEXT_ANSWER, Schema, json_answer, typed_answer
from sagent.team._codec import Codec
from sagent.team._crew import open_crew
from sagent.team._items import Items, Source
from sagent.team._journal import Journal, open_journal
from sagent.team._outcomes import Outcomes
from sagent.team._prompt import ITEM, Prompting
from sagent.team._recruit import Terms, function_worker
from sagent.team._settings import JournalOptions, Settings
from sagent.team._share import Share
from sagent.team._shelf import Order
from sagent.team._worker import Key, Worker

type Opened[I, R] = AbstractAsyncContextManager[Outcomes[I, R]]
"""What `map_agents` gives, to be used with `async with`."""


@overload
def map_agents[I](
    worker: Agent,
    items: Items[I],
    *,
    prompt: Prompting[I] = ITEM.name,
    order: Order = "completed",
    key: Key[I] | None = None,
    name: str | None = None,
    output_schema: None = None,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[JournalOptions],
) -> Opened[I, str]: ...


@overload
def map_agents[I](
    worker: Agent,
    items: Items[I],
    *,
    prompt: Prompting[I] = ITEM.name,
    order: Order = "completed",
    key: Key[I] | None = None,
    name: str | None = None,
    output_schema: Schema,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[JournalOptions],
) -> Opened[I, JSON]: ...


@overload
def map_agents[I, T](
    worker: Agent,
    items: Items[I],
    *,
    prompt: Prompting[I] = ITEM.name,
    order: Order = "completed",
    key: Key[I] | None = None,
    name: str | None = None,
    output_type: type[T],
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[JournalOptions],
) -> Opened[I, T]: ...


@overload
def map_agents[I](
    worker: Agent,
    items: Items[I],
    *,
    prompt: Prompting[I] = ITEM.name,
    order: Order = "completed",
    key: Key[I] | None = None,
    name: str | None = None,
    output_type: object,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[JournalOptions],
) -> Opened[I, Any]: ...  # Any: as of `Agent.run`


@overload
def map_agents[I, R](
    worker: Callable[[I], Awaitable[R]],
    items: Items[I],
    *,
    order: Order = "completed",
    key: Key[I] | None = None,
    name: str | None = None,
    codec: Codec[R] | None = None,
    **options: Unpack[JournalOptions],
) -> Opened[I, R]: ...


def map_agents[I, R](
    worker: Agent | Callable[[I], Awaitable[R]],
    items: Items[I],
    *,
    prompt: Prompting[I] | None = None,
    order: Order = "completed",
    key: Key[I] | None = None,
    name: str | None = None,
    codec: Codec[R] | None = None,
    output_schema: Schema | None = None,
    output_type: object = None,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[JournalOptions],
) -> Opened[I, str] | Opened[I, JSON] | Opened[I, R] | Opened[I, Any]:  # Any: the same
    """Let *worker* work on each of *items*, *limit* at a time.

        async with map_agents(agent, paths, prompt="Summarise {item}.", limit=50) as outcomes:
            async for outcome in outcomes:
                print(outcome.item, outcome.value if outcome.ok else outcome.error)

    One item that fails fails alone. An agent is spawned afresh for each attempt, under its name
    and a number, and has ended when its item has its outcome. Items are taken as they are needed,
    so there may be any number of them. Leaving the block leaves nothing behind.

    Args:
        worker: an agent, whose answers are the values; or an async function of an item.
        items: what to work on: an iterable, or an async one; an async generator is closed.
        prompt: what an agent is asked: a text with ``{item}`` where the item goes, or a function
            that makes a text, or a Prompt, of an item; None for the item by itself.
        order: in which outcomes are read: as they are `completed`, or as items were `given`.
        key: names an item for the journal, the same in each run; None for the prompt, or for a
            function the item as JSON.
        name: what the work is called; None for the agent's name, or the function's.
        codec: how the journal keeps the values of a function; None if they are plain JSON.
        output_schema: a JSON Schema; the values of an agent are then JSON values that satisfy it.
        output_type: a class or another annotation, as of `Agent.run`; the values of an agent are
            then of it.
        budget: what all agents together may spend. What it refuses is an outcome with its error.
        share: what each attempt may take of it at most.
        options: see `Settings`.

    Raises:
        UsageError: an argument cannot be meant; or entering, since this is not trio.
        SessionBusyError: entering, since another run has the journal.
        SessionError: entering, since the journal cannot be read or written.
    """
    settings, source = Settings(**options), Source[I].of(items)
    check_order(order)
    if not isinstance(worker, Agent):
        if any(given is not None for given in (prompt, output_schema, output_type, budget, share)):
            raise UsageError(
                "prompt=, output_schema=, output_type=, budget= and share= are for agents: a "
                "function does with its item as it likes"
            )
        function = function_worker(worker, key=key, codec=codec, name=name)
        return open_outcomes(function, source, settings, order=order)
    if codec is not None:
        raise UsageError("codec= is for functions: the values of agents are kept as they are")
    terms = Terms(
        agent=worker,
        prompt=ITEM.name if prompt is None else prompt,
        budget=budget,
        share=share,
        key=key,
        name=name,
    )
    if output_type is not None:
        if output_schema is not None:
            raise UsageError("output_type has its own schema: leave out output_schema")
        typed = terms.worker(typed_answer(output_type))
        return open_outcomes(typed, source, settings, order=order)
    if output_schema is None:
        return open_outcomes(terms.worker(TEXT_ANSWER), source, settings, order=order)
    return open_outcomes(terms.worker(json_answer(output_schema)), source, settings, order=order)


@asynccontextmanager
async def open_outcomes[I, R](
    worker: Worker[I, R],
    source: Source[I],
    settings: Settings,
    *,
    order: Order,
    journal: Journal | None = None,
) -> AsyncGenerator[Outcomes[I, R]]:
    """Let *worker* work, with *journal*, or the one that *settings* name."""
    check_trio("a team")
    async with AsyncExitStack() as stack:
        if journal is None and settings.journal is not None:
            journal = await stack.enter_async_context(journal_at(settings.journal))
        crew = await stack.enter_async_context(
            open_crew(worker, source, settings, order=order, journal=journal)
        )
        yield Outcomes(crew)


def journal_at(path: Path) -> AbstractAsyncContextManager[Journal]:
    """Open the journal at *path*, into which no credential of this process gets."""
    return open_journal(path, secrets=secret_values(os.environ))


def check_order(order: str) -> None:
    """See whether *order* is one.

    Raises:
        UsageError: it is not.
    """
    if order not in {"completed", "given"}:
        raise UsageError(f"order is {order!r}: choose completed or given")
