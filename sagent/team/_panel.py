"""Several agents at one question."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import attrs

from sagent.actors import System
from sagent.agent import Agent, Prompt
from sagent.budget import Budget
from sagent.errors import TeamError, UsageError
from sagent.team._answer import Answer
from sagent.team._codec import Codec
from sagent.team._items import Source
from sagent.team._map import open_outcomes
from sagent.team._outcome import Outcome
from sagent.team._outcomes import Outcomes
from sagent.team._recruit import Terms, function_worker
from sagent.team._settings import Settings
from sagent.team._share import Share
from sagent.team._worker import Job

type Member = Agent | Callable[[str], Awaitable[str]]
"""Who is asked: an agent, or an async function of the prompt's text."""


@attrs.frozen(kw_only=True, eq=False)
class Panel:
    """All members, each of whom is asked the same; a `Worker` on its members."""

    name: str
    prompt: Prompt
    answer: Answer[str]
    budget: Budget | None
    share: Share | None

    def identity(self, system_key: str | None) -> str:  # noqa: ARG002  # see below
        """Nothing: a panel keeps no journal."""
        return self.name

    @property
    def codec(self) -> Codec[str]:
        """How answers are kept."""
        return self.answer.codec

    def job(self, item: Member, system: System) -> Job[str]:
        """Prepare to ask one member."""
        if not isinstance(item, Agent):
            return function_worker(item).job(self.prompt.text, system)
        return self._terms(item).worker(self.answer).job(self.prompt, system)

    def _terms(self, agent: Agent) -> Terms[Prompt]:
        return Terms(agent=agent, prompt=_as_it_is, budget=self.budget, share=self.share)

    def check(self, members: Sequence[Member]) -> None:
        """See whether each member can be asked.

        Raises:
            UsageError: there are none, or one is no agent and no async function.
        """
        if isinstance(members, Agent) or not members:
            raise UsageError("there is nobody to ask: pass a list of agents")
        for member in members:
            if isinstance(member, Agent):
                self._terms(member).worker(self.answer)
            else:
                function_worker(member)

    def ask(
        self, members: Sequence[Member], settings: Settings
    ) -> AbstractAsyncContextManager[Outcomes[Member, str]]:
        """Ask *members* all at once, or as many as *settings* allow."""
        return open_outcomes(self, Source[Member].of(members), settings, order="completed")


def as_prompt(prompt: str | Prompt) -> Prompt:
    """Give *prompt* as one.

    Raises:
        UsageError: it says nothing.
    """
    whole = Prompt(prompt) if isinstance(prompt, str) else prompt
    if not whole.text.strip():
        raise UsageError("the prompt is empty: say what to do")
    return whole


def nobody[I](told: str, outcomes: Sequence[Outcome[I, str]]) -> TeamError:
    """Make the error of a panel without an answer, out of what *outcomes* say."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    first = f"; the first error: {errors[0]}" if errors else ""
    error = TeamError(f"{told}{first}", outcomes=tuple(outcomes))
    error.__cause__ = errors[0] if errors else None
    return error


def _as_it_is(prompt: Prompt) -> Prompt:
    return prompt
