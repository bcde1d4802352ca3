import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from sagent.actors import System
from sagent.cli._log import has_log
from sagent.cli._streams import complain
from sagent.control import open_control
from sagent.errors import ControlError, UsageError

_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_to_others(
    system: System, own: str, end: Callable[[], object]
) -> AsyncGenerator[None]:
    """Let the user's other processes see and steer the run, where that is possible.

    A run needs none of it, so that it goes on where it is not. One that they end says so.

    Args:
        system: where the run's agents live.
        own: the name of the agent that the run is for.
        end: ends the run.
    """

    def end_by_others() -> None:
        complain("ended by sagent stop")
        end()

    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(open_control(system, own=own, end=end_by_others))
        except (ControlError, UsageError) as error:
            _log.warning("%s", error)
        yield


@asynccontextmanager
async def traced(system: System, path: str | None) -> AsyncGenerator[None]:
    """Write what the agents of *system* do into the file *path*, and into the log, if wanted."""
    async with AsyncExitStack() as stack:
        if path is not None:
            from sagent.trace import open_trace  # noqa: PLC0415  # few runs are traced

            await stack.enter_async_context(open_trace(system, Path(path), on_fault=complain))
        if has_log():
            from sagent.trace import open_log  # noqa: PLC0415  # few runs are logged

            await stack.enter_async_context(open_log(system))
        yield
