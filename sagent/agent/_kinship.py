"""What an agent tells the one who started it, if anyone did."""

import attrs
import trio

from sagent.actors import Ref
from sagent.agent._event import ChildEvent, RunEvent, Text, Thinking, ToolProgressed
from sagent.agent._household import Standing
from sagent.agent._mail import Mail, Prompt
from sagent.errors import SagentError
from sagent.message import TextMessage


@attrs.frozen(eq=False)
class Kinship:
    """Speaks to the parent of the agent *own*."""

    _standing: Standing
    _own: Ref[Mail]

    @property
    def is_told_all(self) -> bool:
        """Whether somebody is told of all that happens to the agent."""
        return self._standing.report is not None

    async def report(self, event: RunEvent) -> None:
        """Tell of *event*; what is said, thought and shown in pieces is left out."""
        report = self._standing.report
        assert report is not None, "without one, nobody is told"
        match event:
            case Text() | Thinking() | ToolProgressed():
                await trio.lowlevel.checkpoint()
            case ChildEvent():
                await report(event.path, event.event)
            case _:
                await report(self._own.path, event)

    async def answer(self, answer: TextMessage, failure: SagentError | None, *, hops: int) -> None:
        """Let the parent know what came of a turn, if it is told the answers to others.

        Waits for room in its inbox.
        """
        parent, name = self._standing.parent, self._own.name
        if parent is None or not self._standing.answers:
            return
        text = answer.content or "(nothing)"
        said = f"[from {name}]: {text}" if failure is None else f"[{name} failed: {failure}]"
        await parent.send(Prompt(said, source=self._own.path, hops=hops + 1))
