"""Which actor serves a provider in a system, and who sees to it."""

from typing import Protocol, cast

import attrs

from sagent.actors import Actor, Backoff, Ref, Request, Restart, System
from sagent.providers._service import Work

_NAME = "sagent.providers"


class Serving(Protocol):
    """What a model needs of its provider: the actor that serves it."""

    @property
    def service_name(self) -> str:
        """A name that two providers share only if one actor can serve both."""
        ...

    @property
    def restart(self) -> Restart:
        """When the actor lives again."""
        ...

    def actor(self) -> Actor[Work]:
        """Make the actor."""
        ...


async def service_of(system: System, provider: Serving) -> Ref[Work]:
    """Give the actor that serves *provider* in *system*, started if need be.

    One that restarts has a supervisor that all such providers share and nobody else; when the
    system ends, it is stopped after those that it serves.
    """
    if provider.restart == "temporary":
        return await system.get_or_spawn(provider.service_name, provider)
    ref = system.whereis(provider.service_name)
    if ref is None:
        supervisor = await system.get_or_spawn(_NAME, _Supervision(), restart="permanent")
        return await _Serve(provider).ask(supervisor)
    return cast("Ref[Work]", ref)  # a name that long is nobody else's


@attrs.frozen(eq=False)
class _Serve(Request[Ref[Work]]):
    provider: Serving


class _Supervision:
    def actor(self) -> "_Supervisor":
        return _Supervisor()


class _Supervisor(Actor[_Serve]):
    async def started(self) -> None:
        self.context.supervise(intensity=10, period_s=60, backoff=Backoff(0.1, 10))

    async def receive(self, message: _Serve) -> Ref[Work]:
        provider = message.provider
        ref = self.context.system.whereis(provider.service_name)
        if ref is not None:
            return cast("Ref[Work]", ref)  # as above
        return await self.context.spawn(
            provider, name=provider.service_name, restart=provider.restart
        )
