"""What a first encounter with a vendor tells: who answers there, and how late it is."""

from datetime import datetime

import attrs
import httpx

from sagent.errors import ModelError
from sagent.model import ModelInfo
from sagent.providers._connections import Connections
from sagent.providers._http_date import http_date
from sagent.providers._provider import HttpProvider


@attrs.frozen(kw_only=True)
class Encounter:
    """How a vendor has met the question for its models.

    Attributes:
        models: those it has; empty where it would not say.
        error: why it would not, or why there was no answer; None for neither.
        date: the time by the server's clock; None if it did not tell.
    """

    models: tuple[ModelInfo, ...] = ()
    error: ModelError | None = None
    date: datetime | None = None


async def meet(provider: HttpProvider) -> Encounter:
    """Ask the vendor for its models, once; the caller's scope says for how long."""
    connections = Connections(provider.base_url, {}, provider.new_transport)
    heard = _Heard()

    def listening() -> httpx.AsyncBaseTransport:
        return _Listening(connections.take(), heard)

    try:
        models = await attrs.evolve(provider, new_transport=listening).models()
    except ModelError as error:
        return Encounter(error=error, date=heard.date)
    return Encounter(models=models, date=heard.date)


@attrs.define(eq=False)
class _Heard:
    date: datetime | None = attrs.field(default=None, init=False)


@attrs.frozen(eq=False)
class _Listening(httpx.AsyncBaseTransport):
    """A connection that notes the time of an answer's head (RFC 9110, 6.6.1)."""

    _connection: httpx.AsyncBaseTransport
    _heard: _Heard

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._connection.handle_async_request(request)
        self._heard.date = http_date(response.headers.get("date", ""))
        return response

    async def aclose(self) -> None:
        await self._connection.aclose()
