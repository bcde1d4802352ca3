from collections.abc import Sequence

import attrs
import trio

from sagent.lib.json import JSON
from sagent.tools._refusal import Refusal
from sagent.tools.papers._inquiry import Harvest, Question
from sagent.tools.papers._service import Listing, Lookup, Page, Request, Service
from sagent.tools.web._api import Absent, Api

_MOST_PAGES = 20


@attrs.define
class Apis:
    """The ways to the services: the one place of this package that waits for them.

    Each service keeps its pace over all that is asked by one of these.
    """

    _apis: dict[str, Api] = attrs.field(factory=dict[str, Api], init=False)

    async def ask[T](
        self, questions: Sequence[Question[T]], *, most: int, deadline: float
    ) -> list[Harvest[T]]:
        """Ask all *questions* at once; see `Asker`."""
        harvests = [Harvest[T](service=question.service) for question in questions]
        with trio.CancelScope(deadline=deadline):
            async with trio.open_nursery() as nursery:
                for question, harvest in zip(questions, harvests, strict=True):
                    nursery.start_soon(self._gather, question, harvest, most)
        return harvests

    async def _gather[T](self, question: Question[T], harvest: Harvest[T], most: int) -> None:
        try:
            if isinstance(question.what, Lookup):
                await self._look_up(question.what, harvest)
            else:
                await self._read_on(question, question.what, harvest, most)
        except Absent:
            harvest.fault = None
        except Refusal as error:
            harvest.fault = str(error)
        else:
            harvest.fault = None

    async def _look_up[T](self, lookup: Lookup[T], harvest: Harvest[T]) -> None:
        found = lookup.read(await self._answer(harvest.service, lookup.request))
        if found is not None:
            harvest.items.append(found)

    async def _read_on[T](
        self, question: Question[T], listing: Listing[T], harvest: Harvest[T], most: int
    ) -> None:
        offset: int | None = 0
        for _ in range(_MOST_PAGES):
            if offset is None or len(harvest.items) >= most:
                break
            answer = await self._answer(question.service, listing.request(offset))
            # A thousand papers take a tenth of a second to read.
            page: Page[T] = await trio.to_thread.run_sync(listing.read, answer)
            harvest.total = page.total if harvest.total is None else harvest.total
            harvest.items += filter(question.wanted, page.items)
            # A service that leads us in circles is not followed.
            offset = page.next_offset if (page.next_offset or 0) > offset else None
        harvest.more = offset is not None or len(harvest.items) > most
        del harvest.items[most:]

    async def _answer(self, service: Service, request: Request) -> JSON:
        query = {name: _sendable(value) for name, value in request.query.items()}
        if service.speaks_json:
            return await self._api(service).get_json(request.path, query)
        answer = await self._api(service).get(request.path, query)
        return answer.body.decode(errors="replace")

    def _api(self, service: Service) -> Api:
        if service.source not in self._apis:
            self._apis[service.source] = Api(
                name=service.name,
                base_url=service.base_url,
                headers=service.headers,
                pace_s=service.pace_s,
                secrets=service.secrets,
            )
        return self._apis[service.source]


def _sendable(value: str | int) -> str | int:
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
