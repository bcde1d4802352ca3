from collections.abc import Mapping

import trio

from sagent.lib.json import JSON
from sagent.message import Message, TextMessage, get_directive, tool_descriptor
from sagent.tool import Concurrency, Effect

_ANY_OBJECT: JSON = {"type": "object"}


class RecordingTool:
    """A tool *name* that keeps the directives it was given and answers from *results*.

    Results are given in turn, the last one for ever; an exception is raised, a `trio.Event` is
    waited for before the next result. Directives are held to *schema*, and *concurrency* says
    whether it may run beside other calls.
    """

    supports_microcompaction = False
    effects = frozenset[Effect]()

    def __init__(
        self,
        name: str = "Echo",
        *results: str | Message | Exception | trio.Event,
        schema: JSON = _ANY_OBJECT,
        concurrency: Concurrency = "shared",
    ) -> None:
        self.name = name
        self.tool_id = tool_descriptor(name)
        self.description = f"Records what {name} is asked."
        self.directive_schema = schema
        self.concurrency = concurrency
        self.directives: list[Mapping[str, JSON]] = []
        """Every directive so far, oldest first."""
        self._results = list(results)
        if not results or isinstance(results[-1], trio.Event):
            self._results.append("ok")

    def summary(self, msg: Message) -> str:  # noqa: ARG002  # the contract's
        """Name the tool."""
        return self.name

    def prompt(self) -> str | None:
        """Say nothing in the system prompt."""
        return None

    async def run(self, msg: Message) -> Message:
        """Record the directive, and answer."""
        await trio.lowlevel.checkpoint()
        self.directives.append(get_directive(msg))
        while True:
            result = self._results.pop(0) if len(self._results) > 1 else self._results[0]
            if not isinstance(result, trio.Event):
                break
            await result.wait()
        if isinstance(result, Exception):
            raise result
        return TextMessage(result) if isinstance(result, str) else result
