"""One agent over all its lives: what it remembers from one to the next."""

from collections.abc import Callable

import attrs

from sagent.actors import Exit, Ref
from sagent.agent._actor import AgentActor, Farewell
from sagent.agent._mail import Mail, Prompt, tell_surely
from sagent.agent._share import Share
from sagent.session import Spending


@attrs.define(eq=False)
class Lives:
    """Makes the actor of an agent anew whenever the one before has crashed.

    The parent is told, since what the agent had in hand then is lost.

    Attributes:
        share: what it may take in all of them.
        last_exit: how the last life ended; None in the first.
    """

    _make: Callable[[Farewell], AgentActor]
    _name: str
    _parent: Ref[Mail]
    _spent: Callable[[], Spending]
    share: Share
    last_exit: Exit | None = attrs.field(default=None, init=False)
    _path: str = attrs.field(default="", init=False)
    _hops: int = attrs.field(default=0, init=False)
    """How often what it had in hand then was passed on from agent to agent."""

    @property
    def spent(self) -> Spending:
        """What it took in all its lives, with the agents below it that have ended."""
        return self._spent()

    def actor(self) -> AgentActor:
        """Make the actor of the next life."""
        if self.last_exit is not None:
            news, hops = self._news(self.last_exit), self._hops + 1
            tell_surely(self._parent, Prompt(news, source=self._path, hops=hops))
        return self._make(self._note_exit)

    def _note_exit(self, exit_: Exit, path: str, hops: int) -> None:
        self.last_exit, self._path, self._hops = exit_, path, hops

    def _news(self, exit_: Exit) -> str:
        error = exit_.error
        why = f"{type(error).__name__}: {error}" if error else exit_.reason
        return (
            f"[{self._name} crashed ({why}) and was restarted. It knows what was said before; what "
            "it had in hand is lost: ask again if you still need it.]"
        )
