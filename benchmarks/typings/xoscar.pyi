# What the benchmarks use of xoscar, which brings no types.

from types import TracebackType
from typing import Self

class _Method:
    async def __call__(self, *args: object) -> object: ...
    async def tell(self, *args: object) -> None: ...

class ActorRef:
    def __getattr__(self, name: str) -> _Method: ...

class Actor: ...

class _Pool:
    external_address: str

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

async def create_actor(actor_cls: type[Actor], *args: object, address: str) -> ActorRef: ...
async def create_actor_pool(address: str, *, n_process: int) -> _Pool: ...
