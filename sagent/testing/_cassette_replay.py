"""Answers from a cassette, in the place of a vendor's."""

from collections.abc import AsyncIterator, Callable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Literal

import attrs
import httpx
import trio

from sagent.errors import UsageError
from sagent.lib.json import JsonValue
from sagent.testing._cassette_difference import difference
from sagent.testing._cassette_request import asked, target
from sagent.testing._cassette_secrets import Scrubber, alike, secrets_of
from sagent.testing._cassette_tape import LEFT, WHOLE, Answered, Asked, Taped

type Match = Literal["body", "path"] | Callable[[JsonValue], JsonValue]
"""What of a request must be as on the tape: body and path, the path alone, or the path and that
which the function gives of the body."""


@attrs.define(eq=False)
class Player:
    """Gives each request the first answer on the tape that is meant for it and is not used."""

    _path: Path
    _exchanges: Sequence[Taped]
    _match: Match
    _secrets: Sequence[str] = attrs.field(repr=False)
    _unused: list[int] = attrs.field(init=False)
    _refused: list[str] = attrs.field(factory=list[str], init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._unused = list(range(len(self._exchanges)))

    def transport(self) -> httpx.AsyncBaseTransport:
        """Make what stands in for a connection."""
        return _Replaying(self)

    def take(self, request: httpx.Request) -> Taped:
        """Give the exchange for *request*.

        Raises:
            UsageError: it is not on the tape.
        """
        if self._closed:
            raise UsageError(f"the block of the cassette {self._path} ended before this request")
        came = asked(request, Scrubber([*self._secrets, *secrets_of(request)]))
        for number in self._unused:
            taped = self._exchanges[number]
            if self._difference(came, taped.request) == "":
                self._unused.remove(number)
                return taped
        self._refused.append(f"{target(came)} is not on {self._path}: {self._why(came)}")
        raise UsageError(self._refused[-1])

    def finish(self) -> None:
        """Check that tape and requests were the same.

        Raises:
            UsageError: a request was not on the tape, whoever may have caught that, or one on the
                tape was not made.
        """
        if self._refused:
            raise UsageError(self._refused[0])
        if self._unused:
            first = self._unused[0]
            raise UsageError(
                f"{len(self._unused)} of {len(self._exchanges)} requests on {self._path} were not "
                f"made, first number {first + 1}, {target(self._exchanges[first].request)}"
            )

    def close(self) -> None:
        """Take no further request."""
        self._closed = True

    def _difference(self, came: Asked, taped: Asked) -> str | None:
        """Say how *came* differs; nothing if it does not, None if it is another request."""
        if not alike(target(came), target(taped)):
            return None
        if self._match == "path":
            return ""
        if self._match == "body":
            return difference(came.body, taped.body)
        return difference(self._match(deepcopy(came.body)), self._match(deepcopy(taped.body)))

    def _why(self, came: Asked) -> str:
        for number in self._unused:
            if found := self._difference(came, self._exchanges[number].request):
                return f"unlike in number {number + 1}, {found}"
        targets = [target(taped.request) for taped in self._exchanges]
        if used := sum(alike(target(came), taped) for taped in targets):
            return f"it has {used} of this kind, and they are used"
        return f"it has {', '.join(dict.fromkeys(targets)) or 'nothing'}"


class _Replaying(httpx.AsyncBaseTransport):
    def __init__(self, player: Player) -> None:
        self._player = player

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        taped = self._player.take(request)
        await trio.lowlevel.checkpoint()
        if taped.response is None:
            await _come_to(taped.end)
            raise httpx.RemoteProtocolError("the tape holds no answer")
        return httpx.Response(
            taped.response.status,
            headers=taped.response.headers,
            stream=_Pieces(taped.response, taped.end),
        )


@attrs.frozen(eq=False)
class _Pieces(httpx.AsyncByteStream):
    _answer: Answered
    _end: str

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._answer.pieces:
            await trio.lowlevel.checkpoint()
            yield piece.encode(errors="surrogateescape")
        await _come_to(self._end)


async def _come_to(end: str) -> None:
    """Do what the server did then: end, break off, or be silent until the reader goes."""
    if end == LEFT:
        await trio.sleep_forever()
    if end != WHOLE:
        name, _, reason = end.partition(": ")
        kind: object = getattr(httpx, name, None)
        if isinstance(kind, type) and issubclass(kind, httpx.RequestError):
            raise kind(reason)
        raise httpx.ReadError(end)
