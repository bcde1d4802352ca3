import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from pathlib import Path

from sagent.actors import System
from sagent.control import open_control
from sagent.errors import ControlError, UsageError

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_to_others(
    system: System, own: str, end: Callable[[], object]
) -> AsyncGenerator[None]:
    """Let the user's other processes see and steer the run, where that is possible.

    A run needs none of it, so that it goes on where it is not.

    Args:
        system: where the run's agents live.
        own: the name of the agent that the run is for.
        end: ends the run.
    """
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(open_control(system, own=own, end=end))
        except (ControlError, UsageError) as error:
            _log.warning("%s", error)
        yield


def traced(system: System, path: str | None) -> AbstractAsyncContextManager[None]:
    """Write what the agents of *system* do into the file *path*, if there is to be one."""
    if path is None:
        return nullcontext()
    from sagent.trace import open_trace  # noqa: PLC0415  # few runs are traced

    return open_trace(system, Path(path))
