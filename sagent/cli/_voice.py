from contextlib import suppress

import attrs
import trio

from sagent.agent import QuestionClosed, RunEvent, UserAsked
from sagent.cli._line_answerer import name_of
from sagent.cli._printer import NO_MARK, Mark, Printer
from sagent.cli._watcher import Watcher

type _Told = tuple[RunEvent | Exception, Mark]


@attrs.define(eq=False)
class Voice:
    """Prints what several tasks tell, one thing after the other.

    It is one task that prints: an interrupt, which cancels what an agent is telling, cannot cut a
    line in two.
    """

    _printer: Printer
    _watcher: Watcher
    _send: trio.MemorySendChannel[_Told]
    _receive: trio.MemoryReceiveChannel[_Told]
    _questions: int = attrs.field(default=0, init=False)
    _ended: trio.Event = attrs.field(factory=trio.Event, init=False)

    @classmethod
    def of(cls, printer: Printer, watcher: Watcher) -> "Voice":
        """Speak by *printer*, and show *watcher* what happens."""
        return cls(printer, watcher, *trio.open_memory_channel[_Told](0))

    async def tell(self, told: RunEvent | Exception, mark: Mark = NO_MARK) -> None:
        """Wait until *told* is being printed; after `finish`, nothing is any more."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self._send.send((told, mark))

    async def print_all(self) -> None:
        """Print what is told until `finish`.

        Raises:
            OSError: nothing can be printed any more.
        """
        async with self._receive:
            async for told, mark in self._receive:
                if isinstance(told, Exception):
                    await self._printer.fail(told, mark)
                else:
                    self._watcher.show(told)
                    await self._printer.show(told, self._named(told) or mark)
        self._ended.set()

    async def finish(self) -> None:
        """Wait until all is printed."""
        self._send.close()
        await self._ended.wait()

    def _named(self, event: RunEvent) -> Mark | None:
        """Name a question, as who answers it is to."""
        if isinstance(event, UserAsked):
            self._questions += 1
        asks = isinstance(event, UserAsked | QuestionClosed)
        return {"id": name_of(self._questions)} if asks else None
