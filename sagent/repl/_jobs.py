"""What runs for the person, beside the agent: their commands and their shell's."""

import logging
from collections.abc import Awaitable, Callable

import attrs
import trio

from sagent.errors import SagentError
from sagent.repl._printed import Remark, Verbatim
from sagent.repl._screen import Screen

_log = logging.getLogger(__name__)


def _nothing() -> None:
    pass


@attrs.define(eq=False)
class Jobs:
    """Runs what the person wants done; false if nothing runs.

    Attributes:
        on_change: called when something has begun or ended.
    """

    _nursery: trio.Nursery
    _screen: Screen
    on_change: Callable[[], object] = attrs.field(default=_nothing, init=False)
    _scopes: set[trio.CancelScope] = attrs.field(factory=set[trio.CancelScope], init=False)

    def __bool__(self) -> bool:
        return bool(self._scopes)

    def start(self, job: Callable[[], Awaitable[None]]) -> None:
        """Begin *job*; if it fails, the person is told."""
        scope = trio.CancelScope()
        self._scopes.add(scope)
        self._nursery.start_soon(self._run, job, scope)
        self.on_change()

    def cancel(self) -> None:
        """Give up all that runs."""
        for scope in self._scopes:
            scope.cancel()

    async def _run(self, job: Callable[[], Awaitable[None]], scope: trio.CancelScope) -> None:
        try:
            with scope:
                await job()
        except SagentError as error:
            self._screen.print(Verbatim(f"  ✗ {error}", "error"))
        except Exception as error:  # noqa: BLE001  # a fault of one command must not end the talk
            _log.warning("a command has failed", exc_info=error)
            self._screen.print(Verbatim(f"  ✗ {type(error).__name__}: {error}", "error"))
        finally:
            self._scopes.discard(scope)
            self.on_change()
        if scope.cancelled_caught:
            self._screen.print(Remark("  ✗ given up", "notice"))
