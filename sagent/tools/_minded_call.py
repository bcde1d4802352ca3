"""An async call that is minded: one that blocks holds up all that share its thread, unseen."""

import logging
import time
from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any  # what an async library and its tasks tell each other

_log = logging.getLogger(__name__)

_LONG_S = 1.0
"""A tenth of it is nothing that people notice, and a busy machine makes it of nothing."""


@coroutine
def minded[R](name: str, work: Coroutine[Any, Any, R]) -> Generator[Any, Any, R]:
    """Play *work* as ``await`` does, and log what keeps its thread for longer than a second.

    Args:
        name: what is at work.
        work: a coroutine, of trio or of asyncio.
    """
    value, error = None, None
    while True:
        begun = time.perf_counter()
        try:
            request = work.send(value) if error is None else work.throw(error)
        except StopIteration as done:
            answer: R = done.value
            return answer
        finally:
            _mind(name, time.perf_counter() - begun)
        value, error = None, None
        try:
            value = yield request
        except BaseException as thrown:  # noqa: BLE001  # it is the work's, whatever it is
            error = thrown


def _mind(name: str, taken_s: float) -> None:
    if taken_s > _LONG_S:
        _log.warning(
            "the tool %s blocked its thread for %.1f s, and all that share it: make it a def, "
            "which has a process of its own, or let it await what it waits for",
            name,
            taken_s,
        )
