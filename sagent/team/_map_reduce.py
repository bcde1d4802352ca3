from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from functools import partial
from typing import Any, Unpack, cast, overload

import attrs

from sagent.agent import Agent
from sagent.budget import Amount, Budget
from sagent.errors import ReduceError, UsageError
from sagent.team._answer import TEXT_ANSWER
from sagent.team._codec import Codec
from sagent.team._groups import FanIn, tokens_of
from sagent.team._items import Items, Source
from sagent.team._journal import Journal
from sagent.team._map import journal_at, open_outcomes
from sagent.team._outcome import Outcome
from sagent.team._outcomes import Outcomes
from sagent.team._progress import OnProgress
from sagent.team._prompt import ITEM, ITEMS, Prompting, text_of
from sagent.team._recruit import Terms, function_worker
from sagent.team._reduce import Group, Tree
from sagent.team._reduced import Reduced, total_of
from sagent.team._settings import JournalOptions, Settings, with_system
from sagent.team._share import Share
from sagent.team._worker import Key, Worker

REDUCE_PROMPT = """\
Here are parts of one piece of work. Make one result of them: keep what matters, in the order of \
the parts, say nothing twice, and add nothing of your own.

{items}"""
"""What an agent that reduces is asked by default."""


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
    worker = _mapping(mapper, prompt, budget=budget, share=share, key=key, codec=codec, name=name)
    reducing = _reducing(reducer, reduce_prompt, budget=budget, share=share)
    room = _room(reducer, FanIn.of(fan_in))
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
            _size if room.tokens is not None else _no_size,
            room,
            mapped,
            _values(mapped),
        )
        value = await tree.reduce()
        spent = total_of(mapped) + tree.spent
        return Reduced(value=value, outcomes=mapped, levels=tree.levels, spent=spent)


def _mapping[I](
    mapper: Agent | Callable[[I], Awaitable[object]],
    prompt: Prompting[I] | None,
    *,
    budget: Budget | None,
    share: Share | None,
    key: Key[I] | None,
    codec: Codec[object] | None,
    name: str | None,
) -> Worker[I, object]:
    if isinstance(mapper, Agent):
        if codec is not None:
            raise UsageError("codec= is for functions: the values of agents are kept as they are")
        terms = Terms(
            agent=mapper,
            prompt=ITEM.name if prompt is None else prompt,
            budget=budget,
            share=share,
            key=key,
            name=name,
        )
        return cast("Worker[I, object]", terms.worker(TEXT_ANSWER))  # a text is an object
    if prompt is not None:
        raise UsageError("prompt= is for agents: a function does with its item as it likes")
    return function_worker(mapper, key=key, codec=codec, name=name)


def _reducing(
    reducer: Agent | Callable[[Group[object]], Awaitable[object]],
    prompt: Prompting[Group[object]] | None,
    *,
    budget: Budget | None,
    share: Share | None,
) -> Worker[Group[object], object]:
    if isinstance(reducer, Agent):
        terms = Terms(
            agent=reducer,
            prompt=REDUCE_PROMPT if prompt is None else prompt,
            slot=ITEMS,
            budget=budget,
            share=share,
        )
        return cast("Worker[Group[object], object]", terms.worker(TEXT_ANSWER))  # the same
    if prompt is not None:
        raise UsageError("reduce_prompt= is for agents: a function reduces as it likes")
    return function_worker(reducer)


def _room(reducer: object, fan_in: FanIn) -> FanIn:
    window = reducer.model.context_window if isinstance(reducer, Agent) else None
    if fan_in.tokens is not None or window is None:
        return fan_in
    # The other half is for the prompt, the answer, and what the estimate is wrong by.
    return attrs.evolve(fan_in, tokens=max(1, window // 2))


async def _mapped[I](
    worker: Worker[I, object], source: Source[I], settings: Settings, journal: Journal | None
) -> tuple[Outcome[I, object], ...]:
    async with open_outcomes(worker, source, settings, "given", journal) as outcomes:
        try:
            mapped = await outcomes.collect()
        except Exception as error:
            unread = outcomes.unread
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
    return open_outcomes(reducer, Source[Group[object]].of(groups), settings, "given", journal)


def _size(part: object) -> int:
    try:
        return tokens_of(text_of(part))
    except UsageError:  # who makes the prompt of it may know how
        return tokens_of(repr(part))


def _no_size(part: object) -> int:  # noqa: ARG001  # there is no limit to it
    return 0


def _empty(empty: Callable[[], object] | None) -> Reduced[Any, Any, Any]:  # Any: no items
    if empty is None:
        raise UsageError(
            "there are no items to reduce: pass some, or empty=, which makes the value of none"
        )
    return Reduced(value=empty(), outcomes=(), levels=0, spent=Amount())
