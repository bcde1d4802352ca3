import copy
import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Never

import attrs
import trio

from sagent.actors import Ref, System
from sagent.agent import Agent, AgentActor, Mail, Prompt
from sagent.budget import Budget
from sagent.errors import BudgetExceededError
from sagent.lib.json import json_dumps
from sagent.model import Usage
from sagent.team._answer import Answer
from sagent.team._codec import Codec
from sagent.team._outcome import Tab
from sagent.team._prompt import prompt_identity
from sagent.team._share import WHOLE, Share
from sagent.team._worker import Job, Key, item_key

_GRACE_S = 30.0
"""How long the end of an agent is waited for: its tools have their own, which are shorter."""


@attrs.frozen(kw_only=True, eq=False)
class AgentWorker[I, R]:
    """An agent that is spawned afresh for each attempt; see `Worker`."""

    name: str
    agent: Agent
    prompt: Callable[[I], Prompt]
    answer: Answer[R]
    budget: Budget
    share: Share
    key: Key[I] | None
    _numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1), init=False)

    @property
    def codec(self) -> Codec[R]:
        """How the answers are kept."""
        return self.answer.codec

    def identity(self, system_key: str | None) -> str:
        """All that the agent is told, but for the prompt, which is the item's."""
        agent, output = self.agent, self.answer.output
        return json_dumps(
            {
                "model": agent.model.model_id,
                "system": agent.system if system_key is None else system_key,
                "tools": [{"name": t.name, "schema": t.directive_schema} for t in agent.tools],
                "schema": None if output is None else output.schema,
            }
        )

    def job(self, item: I, system: System) -> Job[R]:
        """Make the prompt, and an agent for it when it is time."""
        prompt = attrs.evolve(self.prompt(item), output=self.answer.output, until_idle=True)
        return Job(partial(self._identity, item, prompt), partial(self._attempt, prompt, system))

    def _identity(self, item: I, prompt: Prompt) -> str:
        if self.key is not None:
            return item_key(item, self.key)
        return json_dumps(prompt_identity(prompt))

    async def _attempt(self, prompt: Prompt, system: System, tab: Tab) -> R:
        hand = _Hand(self.agent, self.share.of(self.budget, self.name))
        ref: Ref[Mail] | None = None
        tab.refused_early = False
        try:
            ref = await self._spawned(hand, system)
            return self.answer.read(await ref.ask(prompt))
        except BudgetExceededError:
            # Where an item has limits of its own, it may be these that refuse: nobody frees them.
            is_first = not hand.budget.spent.calls and self.share == WHOLE
            tab.refused_early = is_first and self.budget.reserved.calls > 0
            raise
        finally:
            if ref is not None:
                await _end(ref)  # so that its calls are booked
                tab.add(hand.budget.spent, hand.usage)

    async def _spawned(self, hand: "_Hand", system: System) -> Ref[Mail]:
        name = self._free_name(system)
        try:
            return await system.spawn(hand, name=name)
        except trio.Cancelled:  # in its start, which is ending, too
            if (ref := system.whereis(name)) is not None:
                await _end(ref)
            raise

    def _free_name(self, system: System) -> str:
        names = (f"{self.name}-{number}" for number in self._numbers)
        return next(name for name in names if system.whereis(name) is None)


async def _end(ref: Ref[Never]) -> None:
    ref.kill()
    with trio.move_on_after(_GRACE_S, shield=True):
        await ref.closed()


@attrs.define(eq=False)
class _Hand:
    """Makes one actor of an agent, and can tell what it used when it has ended."""

    agent: Agent
    budget: Budget
    _actor: AgentActor | None = attrs.field(default=None, init=False)

    def actor(self) -> AgentActor:
        """Make the actor; a copy of the agent spares what `attrs.evolve` would check again."""
        agent = copy.copy(self.agent)
        agent.budget = self.budget
        self._actor = agent.actor()
        return self._actor

    @property
    def usage(self) -> Usage:
        """The tokens that vendors have counted."""
        try:
            return Usage() if self._actor is None else self._actor.status().usage
        except AttributeError:  # it crashed before it had its tools, and so before any call
            return Usage()
