"""Cancels and Ctrl-C among the errors of what an agent has called."""

import logging
from typing import cast

import trio

_log = logging.getLogger(__name__)


def raise_end(error: BaseException, called: str) -> None:
    """Raise what of *error*, by *called*, is a cancel or ends the program; return if nothing is.

    What has failed beside it, as things do that are ended, is logged: a scope takes its cancel out
    of a group, and the rest would be a crash of the agent.
    """
    end, failure = _parted(error)
    if end is None:
        return
    if failure is not None:
        _log.warning("%s failed as it was ended", called, exc_info=failure)
    raise end from None


def _parted(error: BaseException) -> tuple[BaseException | None, BaseException | None]:
    if isinstance(error, BaseExceptionGroup):
        return cast("BaseExceptionGroup[BaseException]", error).split(_is_the_end)  # of any
    return (error, None) if _is_the_end(error) else (None, error)


def _is_the_end(error: BaseException) -> bool:
    """Tell a cancel or Ctrl-C from what a tool may raise: libraries' panics, asyncio's cancels."""
    return isinstance(error, trio.Cancelled | KeyboardInterrupt | GeneratorExit)
