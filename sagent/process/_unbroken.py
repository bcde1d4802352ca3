from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import wraps
from types import TracebackType

import attrs
import trio


@attrs.frozen
class _Unbroken[T](AbstractAsyncContextManager[T]):
    """A block whose ends Ctrl-C cannot cut short: it is raised where they wait, or after them.

    What runs below these two methods is protected with them; what is in the block is not.
    """

    _block: AbstractAsyncContextManager[T]

    @trio.lowlevel.enable_ki_protection
    async def __aenter__(self) -> T:
        return await self._block.__aenter__()

    @trio.lowlevel.enable_ki_protection
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return await self._block.__aexit__(kind, error, trace)


def unbroken_context[**P, T](
    generator: Callable[P, AsyncGenerator[T]],
) -> Callable[P, AbstractAsyncContextManager[T]]:
    """Make a context manager, as `asynccontextmanager` does, whose owner is never in doubt.

    A KeyboardInterrupt comes out at any bytecode, so also between the start of a process and the
    ``try`` that ends it.
    """
    open_block = asynccontextmanager(generator)

    @wraps(generator)
    def open_unbroken(*args: P.args, **kwargs: P.kwargs) -> AbstractAsyncContextManager[T]:
        return _Unbroken(open_block(*args, **kwargs))

    return open_unbroken
