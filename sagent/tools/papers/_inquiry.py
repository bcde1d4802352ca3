"""Asking several services at once: the one place of this package that waits for them."""

from collections.abc import Callable, Sequence
from itertools import islice

import attrs
import trio

from sagent.lib.json import JSON
from sagent.tools._refusal import Refusal
from sagent.tools.papers._service import Listing, Lookup, Page, Request, Service
from sagent.tools.web._api import Absent, Api

DEADLINE_S = 30.0
"""How long all services together may take to answer a call."""
_MOST_PAGES = 20


@attrs.define(kw_only=True)
class Harvest[T]:
    """What a service gave so far.

    Attributes:
        total: how many there are in all, if the service says so.
        fault: why there is not all of it; None if there is.
    """

    service: Service
    items: list[T] = attrs.field(factory=list[T])
    total: int | None = None
    fault: str | None = None

    def __attrs_post_init__(self) -> None:
        self.fault = f"no whole answer within {DEADLINE_S:g} s"

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


@attrs.define
class Apis:
    """The connections to services, each of which keeps its pace over all calls."""

    _apis: dict[str, Api] = attrs.field(factory=dict[str, Api], init=False)

    async def answer(self, service: Service, request: Request) -> JSON:
        """Ask *service* for what answers *request*.

        Raises:
            Refusal: it gives none; `Absent` if it has none.
        """
        api = self._apis.get(service.source)
        if api is None:
            api = self._apis[service.source] = Api(
                name=service.name,
                base_url=service.base_url,
                headers=service.headers,
                pace_s=service.pace_s,
            )
        query = {name: _sendable(value) for name, value in request.query.items()}
        if service.speaks_json:
            return await api.get_json(request.path, query)
        return (await api.get(request.path, query)).body.decode(errors="replace")


async def ask[T](
    apis: Apis, questions: Sequence[Question[T]], *, most: int, deadline: float
) -> list[Harvest[T]]:
    """Ask all *questions* at once, for at most so many items each.

    What has come by the *deadline*, in trio's time, counts; one service's fault is no other's.
    """
    harvests = [Harvest[T](service=question.service) for question in questions]
    with trio.CancelScope(deadline=deadline):
        async with trio.open_nursery() as nursery:
            for question, harvest in zip(questions, harvests, strict=True):
                nursery.start_soon(_gather, apis, question, harvest, most)
    return harvests


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


async def _gather[T](apis: Apis, question: Question[T], harvest: Harvest[T], most: int) -> None:
    try:
        if isinstance(question.what, Lookup):
            await _look_up(apis, question.service, question.what, harvest)
        else:
            await _read_on(apis, question, question.what, harvest, most)
    except Absent:
        harvest.fault = None
    except Refusal as error:
        harvest.fault = str(error)
    else:
        harvest.fault = None


async def _look_up[T](apis: Apis, service: Service, lookup: Lookup[T], harvest: Harvest[T]) -> None:
    found = lookup.read(await apis.answer(service, lookup.request))
    if found is not None:
        harvest.items.append(found)


async def _read_on[T](
    apis: Apis, question: Question[T], listing: Listing[T], harvest: Harvest[T], most: int
) -> None:
    offset: int | None = 0
    for _ in range(_MOST_PAGES):
        if offset is None or len(harvest.items) >= most:
            break
        page: Page[T] = listing.read(await apis.answer(question.service, listing.request(offset)))
        harvest.total = page.total if harvest.total is None else harvest.total
        wanted = filter(question.wanted, page.items)
        harvest.items += islice(wanted, most - len(harvest.items))
        # A service that leads us in circles is not followed.
        offset = page.next_offset if (page.next_offset or 0) > offset else None


def _sendable(value: str | int) -> str | int:
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
