from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from typing import Any, Unpack, overload

import attrs

from sagent.agent import Agent
from sagent.budget import Amount, Budget
from sagent.errors import ReduceError, UsageError
from sagent.team._codec import Codec
from sagent.team._groups import FanIn
from sagent.team._items import Items, Source
from sagent.team._journal import Journal
from sagent.team._map import journal_at, open_outcomes
from sagent.team._outcome import Outcome
from sagent.team._outcomes import Outcomes
from sagent.team._progress import OnProgress
from sagent.team._prompt import ITEM, Prompting
from sagent.team._reduce import Group, Tree
from sagent.team._reduced import Reduced, total_of
from sagent.team._roles import (
    REDUCE_PROMPT,
    fan_in_of,
    mapping_worker,
    no_size,
    reducing_worker,
    size_of,
)
from sagent.team._settings import JournalOptions, Settings, with_system
from sagent.team._share import Share
from sagent.team._worker import Key, Worker


@overload
async def map_reduce[I](
    mapper: Agent,
    reducer: Agent,
    items: Items[I],
    *,
    prompt: Prompting[I] = ITEM.name,
    reduce_prompt: Prompting[Group[str]] = REDUCE_PROMPT,
    fan_in: int | FanIn = 20,
    empty: Callable[[], str] | None = None,
    key: Key[I] | None = None,
    name: str | None = None,
    budget: Budget | None = None,
    share: Share | None = None,
    on_reduce: OnProgress | None = None,
    **options: Unpack[JournalOptions],
) -> Reduced[I, str, str]: ...


@overload
async def map_reduce[I](
    mapper: Agent,
    reducer: Callable[[Group[str]], Awaitable[str]],
    items: Items[I],
    *,
    prompt: Prompting[I] = ITEM.name,
    fan_in: int | FanIn = 20,
    empty: Callable[[], str] | None = None,
    key: Key[I] | None = None,
    name: str | None = None,
    budget: Budget | None = None,
    share: Share | None = None,
    on_reduce: OnProgress | None = None,
    **options: Unpack[JournalOptions],
) -> Reduced[I, str, str]: ...


@overload
async def map_reduce[I, R](
    mapper: Callable[[I], Awaitable[R]],
    reducer: Agent,
    items: Items[I],
    *,
    reduce_prompt: Prompting[Group[R | str]] = REDUCE_PROMPT,
    fan_in: int | FanIn = 20,
    empty: Callable[[], str] | None = None,
    key: Key[I] | None = None,
    name: str | None = None,
    codec: Codec[R] | None = None,
    budget: Budget | None = None,
    share: Share | None = None,
    on_reduce: OnProgress | None = None,
    **options: Unpack[JournalOptions],
) -> Reduced[I, R, str]: ...


@overload
async def map_reduce[I, R](
    mapper: Callable[[I], Awaitable[R]],
    reducer: Callable[[Group[R]], Awaitable[R]],
    items: Items[I],
    *,
    fan_in: int | FanIn = 20,
    empty: Callable[[], R] | None = None,
    key: Key[I] | None = None,
    name: str | None = None,
    codec: Codec[R] | None = None,
    on_reduce: OnProgress | None = None,
    **options: Unpack[JournalOptions],
) -> Reduced[I, R, R]: ...


async def map_reduce[I](
    mapper: Agent | Callable[[I], Awaitable[Any]],  # Any: the overloads say which
    reducer: Agent | Callable[[Group[Any]], Awaitable[Any]],  # Any: the same
    items: Items[I],
    *,
    prompt: Prompting[I] | None = None,
    reduce_prompt: Prompting[Group[Any]] | None = None,  # Any: the same
    fan_in: int | FanIn = 20,
    empty: Callable[[], Any] | None = None,  # Any: the same
    key: Key[I] | None = None,
    name: str | None = None,
    codec: Codec[Any] | None = None,  # Any: the same
    budget: Budget | None = None,
    share: Share | None = None,
    on_reduce: OnProgress | None = None,
    **options: Unpack[JournalOptions],
) -> Reduced[I, Any, Any]:  # Any: the same
    """Let *mapper* work on each of *items*, and *reducer* make one result of theirs.

    More than fits the reducer at once is reduced in groups of neighbours, then their results, and
    so on: the order of the items is kept, and the same items make the same groups. Items that
    failed are left out, and are in `Reduced.failed`.

    Args:
        mapper: as the worker of `map_agents`.
        reducer: an agent; or an async function of a tuple of results, which it makes to one of
            their kind. It is also asked about a single result.
        items: as for `map_agents`.
        prompt: as for `map_agents`.
        reduce_prompt: what a reducing agent is asked: a text with ``{items}`` where the parts go,
            or a function that makes a text of their tuple; None for a general one.
        fan_in: how many parts are reduced at once; a `FanIn` bounds their text, too.
        empty: makes the value if there are no items; the reducer is not asked then.
        key: as for `map_agents`.
        name: what the mapping is called; None for the agent's name, or the function's.
        codec: as for `map_agents`.
        budget: what mapping and reducing together may spend.
        share: what each attempt may take of it at most.
        on_reduce: told of the reducing, level by level, as `on_progress` is of the mapping.
        options: see `Settings`. The journal keeps what agents reduce, too; a reducing function is
            called anew.

    Raises:
        UsageError: an argument cannot be meant, or there are no items and no *empty*.
        ReduceError: no item has a result, the items ended with an error, or the reducer failed;
            all that was mapped is in it.
        SessionBusyError: another run has the journal.
        SessionError: the journal cannot be read or written.
    """
    settings, source = Settings(**options), Source[I].of(items)
    if not (isinstance(mapper, Agent) or isinstance(reducer, Agent)) and (budget or share):
        raise UsageError("budget= and share= are for agents: functions spend nothing that is known")
    worker = mapping_worker(
        mapper, prompt, budget=budget, share=share, key=key, codec=codec, name=name
    )
    reducing = reducing_worker(reducer, reduce_prompt, budget=budget, share=share)
    fan = fan_in_of(reducer, FanIn.of(fan_in))
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(with_system(settings))
        journal: Journal | None = None
        if settings.journal is not None:
            journal = await stack.enter_async_context(journal_at(settings.journal))
        mapped = await _mapped(worker, source, settings, journal)
        if not mapped:
            return _empty(empty)
        tree = Tree(
            partial(
                _open_level,
                reducing,
                attrs.evolve(settings, on_progress=on_reduce, journal=None),
                journal if isinstance(reducer, Agent) else None,
            ),
            size_of if fan.tokens is not None else no_size,
            fan,
            mapped,
            _values(mapped),
        )
        value = await tree.reduce()
        spent = total_of(mapped) + tree.spent
        return Reduced(value=value, outcomes=mapped, levels=tree.levels, spent=spent)


async def _mapped[I](
    worker: Worker[I, object], source: Source[I], settings: Settings, journal: Journal | None
) -> tuple[Outcome[I, object], ...]:
    opened = open_outcomes(worker, source, settings, order="completed", journal=journal)
    async with opened as outcomes:
        try:
            mapped = await outcomes.collect()
        except Exception as error:
            unread = tuple(sorted(outcomes.unread, key=lambda outcome: outcome.index))
            raise ReduceError(
                f"the items ended with an error after {len(unread)} of them: {error!r}; what was "
                "mapped is in .outcomes",
                outcomes=unread,
                parts=_values(unread),
            ) from error
    if mapped and not _values(mapped):
        raise ReduceError(
            f"none of {len(mapped)} items has a result to reduce; the first one's error: "
            f"{mapped[0].error}",
            outcomes=mapped,
            parts=(),
        ) from mapped[0].error
    return mapped


def _values[I](outcomes: tuple[Outcome[I, object], ...]) -> tuple[object, ...]:
    return tuple(outcome.value for outcome in outcomes if outcome.ok)


def _open_level(
    reducer: Worker[Group[object], object],
    settings: Settings,
    journal: Journal | None,
    groups: Sequence[Group[object]],
) -> AbstractAsyncContextManager[Outcomes[Group[object], object]]:
    source = Source[Group[object]].of(groups)
    return open_outcomes(reducer, source, settings, order="completed", journal=journal)


def _empty(empty: Callable[[], object] | None) -> Reduced[Any, Any, Any]:  # Any: no items
    if empty is None:
        raise UsageError(
            "there are no items to reduce: pass some, or empty=, which makes the value of none"
        )
    return Reduced(value=empty(), outcomes=(), levels=0, spent=Amount())
