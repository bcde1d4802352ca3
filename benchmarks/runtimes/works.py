"""What a runtime can be asked to do."""

import os
from collections.abc import Awaitable, Callable, Mapping

import trio

type Works = Mapping[str, Callable[[int], float]]

WORKERS = 1000
"""How many are told and answer in a fan, whatever the count."""


def go_on() -> None:
    """Do what comes after the last start: end them all."""


def leave() -> None:
    """End the process as it is, so that its peak of memory is that of its idle actors."""
    os._exit(0)


def on_trio(measure: Callable[[int], Awaitable[float]]) -> Callable[[int], float]:
    """Make a work of *measure*, which returns the seconds of all."""
    return lambda count: trio.run(measure, count) / count
