"""How a tool of an agent asks another model about what the agent is at."""

import attrs

from sagent.agent._advice import advice_request
from sagent.agent._caller import ModelCaller
from sagent.agent._state import AgentState
from sagent.message import response_text
from sagent.model import Model


@attrs.frozen(eq=False)
class Consultation:
    """See `Counsel`."""

    _state: AgentState
    _caller: ModelCaller

    async def ask(self, model: Model, question: str) -> str:
        """Ask *model*, which is given the conversation so far."""
        request = advice_request(self._state.messages, question, window_tokens=model.context_window)
        response = await self._caller.ask_another(model, request)
        return response_text(response.content).strip()
