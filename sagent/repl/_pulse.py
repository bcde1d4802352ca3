"""How the agent that a person talks to stands, as far as it is known here."""

import math

import attrs
import trio

from sagent.actors import Ref
from sagent.agent import (
    AgentStatus,
    Done,
    Failed,
    GetStatus,
    Interrupted,
    Mail,
    Phase,
    Responded,
    RunEvent,
    ToolCalled,
    TurnBegan,
)
from sagent.errors import ActorError
from sagent.repl._jobs import Jobs

BEGIN_S = 1
"""How long an agent may take to begin to answer; until then it looks idle, and is not."""


@attrs.define(eq=False)
class Pulse:
    """Knows what the agent is at, from what it tells and from what it is told.

    Attributes:
        status: what it said last of itself; None before that.
        phase: what it is at.
        busy_since: since when it, or a job of the person's, is at work; None if neither is.
        turned: set when there is something that the status line is to follow.
    """

    _ref: Ref[Mail]
    _jobs: Jobs
    status: AgentStatus | None = attrs.field(default=None, init=False)
    phase: Phase = attrs.field(default="idle", init=False)
    busy_since: float | None = attrs.field(default=None, init=False)
    turned: trio.Event = attrs.field(factory=trio.Event, init=False)
    _begins_by: float = attrs.field(default=-math.inf, init=False)

    @property
    def busy_s(self) -> float | None:
        """For how long something has been at work."""
        return None if self.busy_since is None else trio.current_time() - self.busy_since

    def turn(self) -> None:
        """Have the status line follow."""
        self.turned.set()

    async def turning(self) -> None:
        """Wait until there is something to follow."""
        await self.turned.wait()
        self.turned = trio.Event()

    def begin(self) -> None:
        """Know that something was begun."""
        if self.busy_since is None:
            self.busy_since = trio.current_time()
        self.turn()

    def expect(self) -> None:
        """Know that something was said to the agent, which is about to think."""
        self.begin()
        self.phase = "thinking" if self.phase == "idle" else self.phase
        self._begins_by = trio.current_time() + BEGIN_S

    def hear(self, event: RunEvent) -> None:
        """Know what *event* tells."""
        match event:
            case TurnBegan():
                self._begins_by = -math.inf
                self.phase = "thinking"
                self.begin()
            case ToolCalled():
                self.phase = "working"
            case Responded() | Done() | Failed() | Interrupted():
                self.turn()
            case _:
                pass

    async def look(self) -> None:
        """Ask the agent how it stands, and know whether all is at rest."""
        try:
            self.status = await self._ref.ask(GetStatus(), lane="front")
        except ActorError:  # its end is told by its events
            return
        now = trio.current_time()
        if self.status.phase != "idle":
            self.phase = self.status.phase
            self.busy_since = now if self.busy_since is None else self.busy_since
        elif now > self._begins_by:
            self.phase = "idle"
            self.busy_since = self.busy_since if self._jobs else None
