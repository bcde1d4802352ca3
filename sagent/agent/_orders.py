"""What changes an agent's conversation, or who continues it."""

from typing import assert_never

import attrs

from sagent.agent._audience import Audience
from sagent.agent._caller import ModelCaller
from sagent.agent._event import Planned
from sagent.agent._file_keeper import FileKeeper
from sagent.agent._mail import Clear, Compact, Recompact, Rewind, Rewound, SetEffort, SwapModel
from sagent.agent._reminders import Reminders
from sagent.agent._state import AgentState
from sagent.compaction import Recap
from sagent.errors import UsageError
from sagent.model import check_effort

type Order = Clear | Compact | Recompact | Rewind | SwapModel | SetEffort


@attrs.frozen(eq=False)
class Orders:
    """Carries them out, between two steps of a turn or between turns."""

    _state: AgentState
    _caller: ModelCaller
    _reminders: Reminders
    _keeper: FileKeeper | None
    _audience: Audience

    async def carry_out(self, order: Order) -> Recap | Rewound | None:
        """Do what *order* says, and give its answer.

        Raises:
            SagentError: it could not be done; all is as it was.
        """
        plan = self._state.plan
        answer = await self._carried_out(order)
        if plan != self._state.plan:
            await self._audience.tell(Planned(self._state.plan))
        return answer

    async def _carried_out(self, order: Order) -> Recap | Rewound | None:
        shortener = self._caller.shortener
        match order:
            case Clear():
                self._state.clear()
                shortener.try_anew()
                self._reminders.review(self._state.messages)
                return None
            case Compact(instructions=instructions):
                return await shortener.compact(instructions, why="asked for")
            case Recompact(instructions=instructions):
                return await shortener.recompact(instructions)
            case Rewind():
                return await self._rewind(order)
            case SwapModel(model=model):
                await self._caller.swap(model)
                shortener.try_anew()
                return None
            case SetEffort(effort=effort):
                if effort is not None:
                    check_effort(self._state.model, effort)
                self._state.effort = effort
                return None
            case _:
                assert_never(order)

    async def _rewind(self, order: Rewind) -> Rewound:
        files = None
        if order.restore != "conversation":
            if self._keeper is None:
                raise UsageError(
                    "no files were kept: give the agent a session, and checkpoints other than None"
                )
            files = await self._keeper.restore(order.to)
        if order.restore != "files":
            self._state.rewind(order.to)
            self._reminders.review(self._state.messages)
        return Rewound(len(self._state.messages), files)
