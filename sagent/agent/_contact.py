"""What an agent's own tools may do towards people."""

import attrs
import trio

from sagent.agent._answerer import Answerer
from sagent.agent._audience import Audience
from sagent.agent._event import Planned, QuestionClosed, UserAsked
from sagent.agent._state import AgentState
from sagent.tool import Answer, Plan, Question, check_plan


@attrs.define(eq=False)
class Contact:
    """See `People`."""

    _state: AgentState
    _audience: Audience
    _name: str
    _answerer: Answerer | None
    _asking: trio.Lock | None = attrs.field(default=None, init=False)
    """Made when it is needed first: an idle agent is to be small."""

    def set_plan(self, plan: Plan) -> None:
        """Show *plan* in place of the one before.

        Raises:
            UsageError: people could not follow it.
        """
        check_plan(plan)
        if plan != self._state.plan:
            self._state.set_plan(plan)
            self._audience.note(Planned(plan))

    async def ask(self, question: Question) -> Answer | None:
        """Ask a person, and wait for the answer; None if there is nobody to ask.

        Raises:
            UsageError: what came back is no answer to the question.
        """
        if self._answerer is None:
            await trio.lowlevel.checkpoint()
            return None
        self._asking = self._asking or trio.Lock()
        async with self._asking:
            return await self._asked(attrs.evolve(question, agent=self._name), self._answerer)

    async def _asked(self, question: Question, answerer: Answerer) -> Answer:
        closed = QuestionClosed(question, None)
        try:
            await self._audience.tell(UserAsked(question))
            answer = await answerer.answer(question)
            question.check(answer)
            closed = QuestionClosed(question, answer)
        finally:
            self._audience.note(closed)
        return answer
