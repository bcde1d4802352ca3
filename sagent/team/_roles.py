"""Who maps, who reduces, and how much of it at once."""

from collections.abc import Awaitable, Callable
from typing import cast

import attrs

from sagent.agent import Agent
from sagent.budget import Budget
from sagent.errors import UsageError
from sagent.team._answer import TEXT_ANSWER
from sagent.team._codec import Codec
from sagent.team._groups import FanIn, tokens_of
from sagent.team._prompt import ITEM, ITEMS, Prompting, text_of
from sagent.team._recruit import Terms, function_worker
from sagent.team._reduce import Group
from sagent.team._share import Share
from sagent.team._worker import Key, Worker

REDUCE_PROMPT = """\
Here are parts of one piece of work. Make one result of them: keep what matters, in the order of \
the parts, say nothing twice, and add nothing of your own.

{items}"""
"""What an agent that reduces is asked by default."""


def mapping_worker[I](
    mapper: Agent | Callable[[I], Awaitable[object]],
    prompt: Prompting[I] | None,
    *,
    budget: Budget | None,
    share: Share | None,
    key: Key[I] | None,
    codec: Codec[object] | None,
    name: str | None,
) -> Worker[I, object]:
    """Let *mapper* work on items; see `map_reduce`.

    Raises:
        UsageError: an argument is for the other kind of mapper.
    """
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


def reducing_worker(
    reducer: Agent | Callable[[Group[object]], Awaitable[object]],
    prompt: Prompting[Group[object]] | None,
    *,
    budget: Budget | None,
    share: Share | None,
) -> Worker[Group[object], object]:
    """Let *reducer* work on groups of results.

    Raises:
        UsageError: there is a prompt for a function.
    """
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


def fan_in_of(reducer: object, fan_in: FanIn) -> FanIn:
    """Bound *fan_in* by the window of an agent that reduces, if nothing bounds it."""
    window = reducer.model.context_window if isinstance(reducer, Agent) else None
    if fan_in.tokens is not None or window is None:
        return fan_in
    # The other half is for the prompt, the answer, and what the estimate is wrong by.
    return attrs.evolve(fan_in, tokens=max(1, window // 2))


def size_of(part: object) -> int:
    """Estimate the tokens of *part* in a prompt."""
    try:
        return tokens_of(text_of(part))
    except UsageError:  # who makes the prompt of it may know how
        return tokens_of(repr(part))


def no_size(part: object) -> int:  # noqa: ARG001  # there is no limit to it
    """Take no notice of how large *part* is."""
    return 0
