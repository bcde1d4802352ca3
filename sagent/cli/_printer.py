"""What a headless run prints, in each of its formats."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import attrs

from sagent.agent import Done, Responded, RunEvent, Text
from sagent.cli._prose import Prose
from sagent.cli._streams import write_out
from sagent.control import event_json
from sagent.lib.json import JsonValue

type Mark = Mapping[str, JsonValue]
"""Further fields of an object."""

NO_MARK: Mark = MappingProxyType({})


class Printer(Protocol):
    """Turns a run's events into standard output.

    Attributes:
        session_id: of the session that keeps what was said; None while nothing is kept.
    """

    session_id: str | None

    async def show(self, event: RunEvent, mark: Mark = NO_MARK) -> None:
        """Print what *event* adds; *mark* tells programs what it answers, or what it is called."""
        ...

    async def fail(self, error: Exception, mark: Mark = NO_MARK) -> None:
        """Print a failure, for readers of standard output; people read the other."""
        ...


@attrs.define
class TextPrinter:
    """The answer, and nothing else."""

    session_id: str | None = None

    async def show(self, event: RunEvent, mark: Mark = NO_MARK) -> None:  # noqa: ARG002  # people need none
        """Print the answer when it is there."""
        if isinstance(event, Done):
            await write_out(event.text if event.text.endswith("\n") else f"{event.text}\n")

    async def fail(self, error: Exception, mark: Mark = NO_MARK) -> None:
        """Print nothing."""


@attrs.define
class TerminalPrinter:
    """All that the model says, as it says it, without what a terminal would act on."""

    session_id: str | None = None
    _prose: Prose = attrs.field(factory=Prose, init=False)

    async def show(self, event: RunEvent, mark: Mark = NO_MARK) -> None:  # noqa: ARG002  # the same
        """Print more of what the model says."""
        if isinstance(event, Text):
            await self._prose.write(event.content)
        elif isinstance(event, Responded):
            await self._prose.end_line()

    async def fail(self, error: Exception, mark: Mark = NO_MARK) -> None:  # noqa: ARG002  # whatever it is
        """Leave the line that the model was in."""
        await self._prose.end_line()


@attrs.define
class JsonPrinter:
    """One object for an answer: what it is, and what it took."""

    session_id: str | None = None

    async def show(self, event: RunEvent, mark: Mark = NO_MARK) -> None:
        """Print the object at the end."""
        if isinstance(event, Done):
            told = event_json(event)
            del told["descriptor"]
            await _line(told | {"session_id": self.session_id, **mark})

    async def fail(self, error: Exception, mark: Mark = NO_MARK) -> None:
        """Print an object that holds the error."""
        await _line({"error": str(error), "session_id": self.session_id, **mark})


@attrs.define
class StreamJsonPrinter:
    """An object a line for each event, the last one of an answer the result."""

    session_id: str | None = None

    async def show(self, event: RunEvent, mark: Mark = NO_MARK) -> None:
        """Print *event*."""
        told = event_json(event)
        if isinstance(event, Done):
            told["session_id"] = self.session_id
        await _line(told | dict(mark))

    async def fail(self, error: Exception, mark: Mark = NO_MARK) -> None:
        """Print the error as the last event."""
        await _line(
            {
                "descriptor": "text/x-error",
                "content": str(error),
                "session_id": self.session_id,
                **mark,
            }
        )


async def _line(value: JsonValue) -> None:
    await write_out(json.dumps(value) + "\n")
