from collections.abc import Awaitable, Callable

import trio

from sagent.actors._exit import Exit
from sagent.actors._policy import Restart


class Child:
    """What a supervisor knows of an actor that can live again.

    Attributes:
        restart: when it does.
        number: its place in the order of starts.
        relive: runs a life of it.
        life: which life this is, the first being 0; a notice of an older one is stale.
        started: whether any life's `started` has returned; until then its spawner waits.
        born: the trio time when this life began.
        failures: the ends in a row that count for the backoff.
        over: whether this life is the last, whatever its end.
        paused: whether its supervisor ends this life, to begin another.
        terminated: whether it is to have no other life until its supervisor is told so.
        last_exit: how the life before this one ended.
    """

    __slots__ = (
        "born",
        "failures",
        "last_exit",
        "life",
        "number",
        "over",
        "paused",
        "relive",
        "restart",
        "rested",
        "started",
        "terminated",
    )

    def __init__(
        self, restart: Restart, number: int, relive: Callable[[], Awaitable[None]]
    ) -> None:
        self.restart: Restart = restart
        self.number = number
        self.relive = relive
        self.life = 0
        self.started = False
        self.born = trio.current_time()
        self.failures = 0
        self.over = False
        self.paused = False
        self.terminated = False
        self.last_exit: Exit | None = None
        self.rested = trio.Event()

    def returns(self, exit: Exit) -> bool:  # noqa: A002  # the word of this runtime
        """Tell whether another life follows one that ends with *exit*."""
        if self.over or not self.started:
            return False
        if self.paused or self.restart == "permanent":
            return True
        return exit.reason in ("crashed", "killed")

    def begins(self) -> None:
        """Another life begins."""
        self.life += 1
        self.born = trio.current_time()
        self.paused = False
        self.rested = trio.Event()
