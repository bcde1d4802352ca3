"""One agent over all its lives: what it remembers from one to the next."""

from collections.abc import Callable

import attrs

from sagent.actors import Exit, Ref
from sagent.agent._actor import AgentActor
from sagent.agent._mail import Mail, Prompt, tell_surely
from sagent.session import Spending


@attrs.define(eq=False)
class Lives:
    """Makes the actor of an agent anew whenever the one before has crashed.

    The parent is told, since what the agent had in hand then is lost.

    Attributes:
        last_exit: how the last life ended; None in the first.
    """

    _make: Callable[[Callable[[Exit], object]], AgentActor]
    _name: str
    _parent: Ref[Mail]
    _spent: Callable[[], Spending]
    last_exit: Exit | None = attrs.field(default=None, init=False)

    @property
    def spent(self) -> Spending:
        """What it took in all its lives, with the agents below it that have ended."""
        return self._spent()

    def actor(self) -> AgentActor:
        """Make the actor of the next life."""
        if self.last_exit is not None:
            tell_surely(self._parent, Prompt(self._news(self.last_exit), source=self._name))
        return self._make(self._note_exit)

    def _note_exit(self, exit_: Exit) -> None:
        self.last_exit = exit_

    def _news(self, exit_: Exit) -> str:
        error = exit_.error
        why = f"{type(error).__name__}: {error}" if error else exit_.reason
        return (
            f"[{self._name} crashed ({why}) and was restarted. It knows what was said before; what "
            "it had in hand is lost: ask again if you still need it.]"
        )
