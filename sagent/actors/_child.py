from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import assert_never

import trio

from sagent.actors._exit import Exit
from sagent.actors._policy import Restart


class Follows(IntEnum):
    """What follows a life of an actor that can live again.

    Of several that are decided in one life, the highest holds: an order to end is not undone by a
    supervisor that begins its group anew, nor by a start that happens to return.
    """

    POLICY = 0
    """What the actor's `restart` makes of the way in which this life ends."""

    LIFE = 1
    """Another life: its supervisor ends this one in order to begin that."""

    REST = 2
    """None until its supervisor is told so: it was terminated."""

    END = 3
    """None: it ends for good."""


class Child:
    """What a supervisor knows of an actor that can live again.

    Attributes:
        restart: when it does.
        significant: whether its end can be its supervisor's.
        relive: runs a life of it.
        life: which life this is, the first being 0; a notice of an older one is stale.
        started: whether any life's `started` has returned; until then its spawner waits.
        follows: what follows this life.
        born: the trio time when this life began.
        failures: the ends in a row that count for the backoff.
        last_exit: how the life before this one ended.
        rested: set once nothing of this life runs any more.
    """

    __slots__ = (
        "born",
        "failures",
        "follows",
        "last_exit",
        "life",
        "relive",
        "restart",
        "rested",
        "significant",
        "started",
    )

    def __init__(
        self, restart: Restart, relive: Callable[[], Awaitable[None]], *, significant: bool
    ) -> None:
        self.restart: Restart = restart
        self.significant = significant
        self.relive = relive
        self.life = 0
        self.started = False
        self.follows = Follows.POLICY
        self.born = trio.current_time()
        self.failures = 0
        self.last_exit: Exit | None = None
        self.rested = trio.Event()

    def decide(self, follows: Follows) -> None:
        """Let *follows* follow this life, unless something higher does."""
        self.follows = max(self.follows, follows)

    def returns(self, exit: Exit) -> bool:  # noqa: A002  # the word of this runtime
        """Tell whether the actor is there for another life after one that ends with *exit*."""
        if not self.started:
            return False
        match self.follows:
            case Follows.POLICY:
                return self.restart == "permanent" or exit.reason in ("crashed", "killed")
            case Follows.LIFE | Follows.REST:
                return True
            case Follows.END:
                return False
        assert_never(self.follows)

    def begins(self) -> None:
        """Another life begins."""
        self.life += 1
        self.born = trio.current_time()
        self.follows = Follows.POLICY
        self.rested = trio.Event()
