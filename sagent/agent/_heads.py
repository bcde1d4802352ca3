"""What the requests of an agent begin with, and how much of a window that takes."""

import attrs

from sagent.compaction import Meter
from sagent.model import ModelRequest
from sagent.tool import ToolSpec


@attrs.frozen
class Head:
    """What each request begins with: the system prompt and the tools.

    Attributes:
        request: the two, without messages.
        meter: how full a window is with them alone.
    """

    request: ModelRequest
    meter: Meter


@attrs.define(eq=False)
class Heads:
    """Makes an agent's heads, and measures one but once: it takes as long as a turn.

    The copies of an agent share it.
    """

    _tools: tuple[ToolSpec, ...]
    _last: Head | None = attrs.field(default=None, init=False)

    def of(self, system: str) -> Head:
        """Give the head with the prompt *system*."""
        last = self._last
        if last is None or last.request.system != system:
            request = ModelRequest(messages=(), system=system, tools=self._tools)
            last = self._last = Head(request, Meter.of(system, self._tools))
        return last
