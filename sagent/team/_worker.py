"""Who works on items: what a crew needs to know of it, and the plain function as one."""

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, cast

import attrs

from sagent.actors import System
from sagent.agent import Agent
from sagent.errors import JsonError, UsageError
from sagent.lib.json import JSON, json_dumps
from sagent.team._codec import Codec
from sagent.team._outcome import Tab

type Key[I] = Callable[[I], str]
"""Names an item, the same in each run."""


@attrs.frozen(eq=False)
class Job[R]:
    """The work on one item.

    Attributes:
        identity: tells what makes this work another one than the same worker's other work.
        attempt: tries it once.
    """

    identity: Callable[[], str]
    attempt: Callable[[Tab], Awaitable[R]]


class Worker[I, R](Protocol):
    """Who works on items."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    def identity(self, system_key: str | None) -> str:
        """What makes its work another one than that of other workers.

        Where it is told what to be, *system_key* stands for that, unless it is None.
        """
        ...

    @property
    def codec(self) -> Codec[R]:
        """How values are kept."""
        ...

    def job(self, item: I, system: System) -> Job[R]:
        """Prepare the work on *item* in *system*.

        Raises:
            Exception: the item is none that it can work on.
        """
        ...


@attrs.frozen(kw_only=True, eq=False)
class FunctionWorker[I, R]:
    """An async function that is called with each item; see `Worker`."""

    name: str
    function: Callable[[I], Awaitable[R]]
    key: Key[I] | None
    codec: Codec[R]

    def identity(self, system_key: str | None) -> str:  # noqa: ARG002  # it is told nothing
        """The function's name: of its code nothing can be told."""
        return f"{_place(self.function)} {self.name}"

    def job(self, item: I, system: System) -> Job[R]:  # noqa: ARG002  # it needs none
        """Call the function, when it is time."""
        return Job(partial(item_key, item, self.key), partial(self._call, item))

    async def _call(self, item: I, _: Tab) -> R:
        return await self.function(item)


def check_function(worker: object) -> None:
    """See whether *worker* is an async function.

    Raises:
        UsageError: it is not, and not an agent either.
    """
    if inspect.iscoroutinefunction(worker) or _is_called_async(worker):
        return
    if worker is Agent:
        raise UsageError("Agent is a class: pass an agent, as in Agent(model=...)")
    remedy = "make it `async def`" if callable(worker) else "pass an Agent or an `async def`"
    raise UsageError(f"{_called(worker)} is no agent and no async function: {remedy}")


def _is_called_async(worker: object) -> bool:
    return callable(worker) and inspect.iscoroutinefunction(type(worker).__call__)


def function_name(function: object) -> str:
    """Give what a function is called, without its place."""
    return _called(function).strip("<>")


def item_key[I](item: I, key: Key[I] | None) -> str:
    """Name *item* for a journal.

    Raises:
        UsageError: it is no JSON value, and no *key* was given.
    """
    if key is not None:
        return str(key(item))
    try:
        return json_dumps(cast("JSON", item))  # what is no JSON is told
    except JsonError as error:
        raise UsageError(
            f"the journal has no name for a {type(item).__name__}: pass key=, a function that "
            f"gives each item one ({error})"
        ) from error


def _place(function: object) -> str:
    inner = _unwrapped(function)
    return f"{getattr(inner, '__module__', '')}.{getattr(inner, '__qualname__', repr(type(inner)))}"


def _called(function: object) -> str:
    inner = _unwrapped(function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _unwrapped(function: object) -> object:
    while isinstance(function, partial):
        function = cast("partial[object]", function).func  # of what, nobody can tell
    return function
