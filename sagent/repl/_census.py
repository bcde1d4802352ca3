"""How all agents stand."""

from collections.abc import Iterable

import trio

from sagent.actors import Ref
from sagent.agent import AgentStatus, GetStatus, Mail
from sagent.errors import ActorError

ANSWER_S = 1
"""How long an agent may take to tell how it stands; all are asked at once."""


async def ask_all(agents: Iterable[Ref[Mail]]) -> dict[str, AgentStatus]:
    """Ask *agents*, and give what each says by its path; one that does not answer is left out."""
    agents = tuple(agents)
    said: dict[str, AgentStatus] = {}

    async def ask(ref: Ref[Mail]) -> None:
        try:
            said[ref.path] = await ref.ask(GetStatus(), lane="front")
        except ActorError:  # it ends
            return

    with trio.move_on_after(ANSWER_S):
        async with trio.open_nursery() as nursery:
            for ref in agents:
                nursery.start_soon(ask, ref)
    return {ref.path: said[ref.path] for ref in agents if ref.path in said}
