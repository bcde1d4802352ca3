import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

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
