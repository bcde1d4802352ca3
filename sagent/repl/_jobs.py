"""What runs for the person, beside the agent: their commands and their shell's."""

from collections.abc import Awaitable, Callable

import attrs
import trio

from sagent.errors import SagentError
from sagent.repl._printed import Remark, Verbatim
from sagent.repl._screen import Screen


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
        finally:
            self._scopes.discard(scope)
            self.on_change()
        if scope.cancelled_caught:
            self._screen.print(Remark("  ✗ given up", "notice"))
