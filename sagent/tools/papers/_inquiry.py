"""What several services are asked at once, and what comes of it."""

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from sagent.tools._refusal import Refusal
from sagent.tools.papers._service import Listing, Lookup, Service

DEADLINE_S = 30.0
"""How long all services together may take to answer a call."""


@attrs.define(kw_only=True)
class Harvest[T]:
    """What a service gave so far.

    Attributes:
        total: how many there are in all, if the service says so.
        more: whether there are more than what was wanted of it.
        fault: why there is not all of it; None if there is.
    """

    service: Service
    items: list[T] = attrs.field(factory=list[T])
    total: int | None = None
    more: bool = False
    fault: str | None = attrs.field(default=f"no whole answer within {DEADLINE_S:g} s", init=False)

    @property
    def note(self) -> str | None:
        """The fault, in a line that names the service."""
        if self.fault is None:
            return None
        name = self.service.name
        return self.fault if self.fault.startswith(name) else f"{name}: {self.fault}"


@attrs.frozen
class Question[T]:
    """Something that one service is asked.

    Attributes:
        wanted: which of the items count.
    """

    service: Service
    what: Listing[T] | Lookup[T]
    wanted: Callable[[T], bool]


class Asker(Protocol):
    """Whoever waits for the services."""

    async def ask[T](
        self, questions: Sequence[Question[T]], *, most: int, deadline: float
    ) -> list[Harvest[T]]:
        """Ask all *questions* at once, for at most so many items each.

        What has come by the *deadline*, in trio's time, counts; one service's fault is no other's.
        """
        ...


def check_answered[T](harvests: Sequence[Harvest[T]]) -> None:
    """Make sure that there was an answer, be it an empty one, to at least one of some questions.

    Raises:
        Refusal: every service failed, and none gave anything.
    """
    notes = notes_of(harvests)
    if harvests and len(notes) == len(harvests) and not any(one.items for one in harvests):
        raise Refusal("No service answered. " + "; ".join(notes))


def notes_of[T](harvests: Sequence[Harvest[T]]) -> list[str]:
    """Give the faults of all *harvests* that have one."""
    return [harvest.note for harvest in harvests if harvest.note]
