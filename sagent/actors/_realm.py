from collections.abc import Hashable
from contextvars import ContextVar

import trio

from sagent.actors._event_bus import Events
from sagent.actors._exit import Exit
from sagent.actors._groups import Groups
from sagent.actors._registry import Registry
from sagent.actors._timers import Clock
from sagent.actors._watches import Watches

SENDER: ContextVar[str | None] = ContextVar("sagent.actors.sender", default=None)
"""The path of the actor in whose tasks the code runs, which goes along with every message as its
origin: the context of a trace, never of a decision of the runtime."""


class Realm[C: Hashable]:
    """What all actors of one system share; C is what an actor is to the runtime.

    Attributes:
        clock: rings the timers.
        ends: who watches whose end.
        events: told what happens.
        groups: who is in which group.
        registry: who holds which name.
        serial: the last number that an actor has in its name because it was given none.
        tasks: whose own task each is.
    """

    __slots__ = ("_number", "clock", "ends", "events", "groups", "registry", "serial", "tasks")

    def __init__(self) -> None:
        self.clock = Clock()
        self.ends: Watches[C, C, Exit] = Watches()
        self.events = Events()
        self.groups: Groups[C] = Groups()
        self.registry: Registry[C] = Registry()
        self.serial = 0
        self.tasks: dict[trio.lowlevel.Task, C] = {}
        self._number = 0

    def next_number(self) -> int:
        """Give out a number: of two actors, the one that was spawned later has the higher."""
        self._number += 1
        return self._number
