"""How agents stand, all of them asked at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import trio

from sagent.actors import Ref
from sagent.agent._mail import GetStatus, Mail
from sagent.agent._status import AgentStatus
from sagent.errors import ActorError


async def call_roll(refs: Sequence[Ref[Mail]], *, patience_s: float) -> Mapping[str, AgentStatus]:
    """Ask *refs*, all at once, how they stand.

    Args:
        refs: the agents.
        patience_s: how long all together may take to answer, in seconds.

    Returns:
        how each stands, by path and in the order of *refs*; who has ended or is late is left out.
    """
    told: dict[str, AgentStatus] = {}

    async def ask(ref: Ref[Mail]) -> None:
        with suppress(ActorError):  # it ends
            told[ref.path] = await ref.ask(GetStatus(), lane="front")

    with trio.move_on_after(patience_s):
        async with trio.open_nursery() as nursery:
            for ref in refs:
                nursery.start_soon(ask, ref)
    return {ref.path: told[ref.path] for ref in refs if ref.path in told}
