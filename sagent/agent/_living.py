from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext

import trio

from sagent.actors import Ref, System, open_system
from sagent.agent._actor import AgentActor
from sagent.agent._mail import Mail


@asynccontextmanager
async def living(
    actor: AgentActor, name: str | None, system: System | None
) -> AsyncGenerator[Ref[Mail]]:
    """Let *actor* live in *system*, or in one of its own, for the length of the block.

    It has its grace to end in; where the block is cancelled, or raises, it is killed.
    """

    def agent() -> AgentActor:  # what it is called shows in the path of one without a name
        return actor

    async with open_system() if system is None else nullcontext(system) as home:
        ref = await home.spawn(agent, name=name)
        try:
            yield ref
        except BaseException:
            ref.kill()
            raise
        finally:
            ref.stop()
            with trio.CancelScope(shield=True):  # its grace bounds it
                await ref.closed()
