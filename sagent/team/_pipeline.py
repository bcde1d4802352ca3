from collections.abc import Sequence
from typing import Unpack

import attrs

from sagent.agent import Agent
from sagent.budget import Amount, Budget
from sagent.errors import UsageError
from sagent.team._answer import TEXT_ANSWER
from sagent.team._items import Source
from sagent.team._map import open_outcomes
from sagent.team._outcome import Outcome
from sagent.team._panel import Member, nobody
from sagent.team._prompt import ITEM, Prompting
from sagent.team._recruit import Terms, function_worker
from sagent.team._reduced import total_of
from sagent.team._settings import Options, Settings, with_system
from sagent.team._share import Share
from sagent.team._worker import Worker


@attrs.frozen
class Stage:
    """An agent of a pipeline, with what it is asked.

    Attributes:
        agent: who works.
        prompt: a text with ``{item}`` where goes what the stage before gave; or a function that
            makes the prompt of that.
    """

    agent: Agent
    prompt: Prompting[str] = ITEM.name


@attrs.frozen(kw_only=True)
class Pipeline:
    """What went through all stages.

    Attributes:
        value: what the last stage gave.
        outcomes: of each stage, in order; the item of each is what it was given.
        spent: what all of them have cost.
    """

    value: str
    outcomes: tuple[Outcome[str, str], ...]
    spent: Amount


async def pipeline(
    stages: Sequence[Stage | Member],
    item: str,
    *,
    budget: Budget | None = None,
    share: Share | None = None,
    **options: Unpack[Options],
) -> Pipeline:
    """Give *item* to the first of *stages*, what it answers to the next, and so on.

    Args:
        stages: agents, with a prompt of their own as a `Stage`; or async functions of a text.
        item: what the first stage begins with.
        budget: what all together may spend.
        share: what each attempt of a stage may take of it at most.
        options: see `Settings`; *item_seconds* are a stage's.

    Raises:
        UsageError: there are no stages, or an argument cannot be meant.
        TeamError: a stage failed; what those before it gave is in its `outcomes`.
    """
    settings = Settings(**options)
    workers = [_worker(stage, budget, share) for stage in stages]
    if not workers:
        raise UsageError("there are no stages: pass agents or async functions")
    done: list[Outcome[str, str]] = []
    async with with_system(settings) as settings:
        for number, worker in enumerate(workers, 1):
            source = Source[str].of([item])
            async with open_outcomes(worker, source, settings, order="given") as outcomes:
                done += await outcomes.collect()
            if not done[-1].ok:
                raise nobody(f"stage {number} of {len(workers)}, {worker.name}, failed", done)
            item = done[-1].value
    return Pipeline(value=item, outcomes=tuple(done), spent=total_of(done))


def _worker(stage: Stage | Member, budget: Budget | None, share: Share | None) -> Worker[str, str]:
    if isinstance(stage, Agent):
        stage = Stage(stage)
    if not isinstance(stage, Stage):
        return function_worker(stage)
    terms = Terms(agent=stage.agent, prompt=stage.prompt, budget=budget, share=share)
    return terms.worker(TEXT_ANSWER)
