import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import httpx
import trio

from sagent.errors import WeightsError
from sagent.providers._body import Body

from ._files import private_opener

_ANSWER_S = 5.0  # a server that has not begun to answer by then is as good as not there
_STALL_S = 30.0
_PAUSE_S = 0.5

_UNDERSTOOD = {
    HTTPStatus.OK,
    HTTPStatus.PARTIAL_CONTENT,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}

_PERHAPS_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class _CutError(Exception):
    """The transfer ended before the file did: go on from there."""


async def download(
    client: httpx.AsyncClient,
    url: str,
    part: Path,
    *,
    tries: int,
    on_bytes: Callable[[int, int], None],
) -> None:
    """Bring *url* into *part*, going on from the bytes that are there already.

    A transfer that is cut is taken up again for as long as there is hope. The bytes are not
    checked. On cancellation what has come stays, for the next time.

    Args:
        client: makes the requests.
        url: the file's address.
        part: the file to fill; an ``.etag`` beside it tells which version it is a part of.
        tries: how often in a row to try without a single new byte.
        on_bytes: told how many bytes are there and how many there will be, 0 for unknown; what
            it raises ends the download.

    Raises:
        WeightsError: the server cannot be reached, or refuses, or is cut too often.
        OSError: the file cannot be written.
    """
    failed = 0
    while True:
        before_bytes = _size(part)
        try:
            await _transfer(client, url, part, on_bytes)
        except _CutError as error:
            failed = 1 if _size(part) > before_bytes else failed + 1
            if failed >= tries:
                raise WeightsError(f"{httpx.URL(url).host}: {error}") from error
            await trio.sleep(_PAUSE_S * failed)
        else:
            return


async def _transfer(
    client: httpx.AsyncClient, url: str, part: Path, on_bytes: Callable[[int, int], None]
) -> None:
    etag = part.with_name(part.name + ".etag")
    async with _answer(client, url, _size(part), etag) as response:
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            _check_finished(response, part)
            return
        start, total_bytes = _extent(response)
        if start > _size(part):
            raise WeightsError(f"{response.url.host}: a part that does not follow what is there")
        if tag := response.headers.get("ETag"):
            etag.write_text(tag)
        on_bytes(start, total_bytes)
        with open(part, "ab", opener=private_opener) as file:  # noqa: ASYNC230  # into the page cache
            file.truncate(start)
            done_bytes = start
            async with aclosing(_chunks(response)) as chunks:
                async for chunk in chunks:
                    file.write(chunk)
                    done_bytes += len(chunk)
                    on_bytes(done_bytes, total_bytes)
        if done_bytes < total_bytes:
            raise _CutError(f"ended after {done_bytes} of {total_bytes} bytes")


def _headers(start: int, etag: Path) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
        # A weak tag cannot vouch for bytes; without one the hash at the end has to.
        if etag.exists() and (tag := etag.read_text()) and not tag.startswith("W/"):
            headers["If-Range"] = tag
    return headers


@asynccontextmanager
async def _answer(
    client: httpx.AsyncClient, url: str, start: int, etag: Path
) -> AsyncGenerator[httpx.Response]:
    request = client.build_request("GET", url, headers=_headers(start, etag))
    response: httpx.Response | None = None
    try:
        with trio.move_on_after(_ANSWER_S):
            response = await client.send(request, stream=True, follow_redirects=True)
        if response is None:
            raise _CutError(f"no answer within {_ANSWER_S:g} s")
        if response.status_code in _PERHAPS_LATER or response.is_server_error:
            raise _CutError(f"HTTP status {response.status_code}")
        if response.status_code not in _UNDERSTOOD:
            raise WeightsError(f"{response.url.host}: HTTP status {response.status_code}")
        yield response
    except httpx.TransportError as error:
        raise _CutError(str(error) or type(error).__name__) from error
    finally:
        if response is not None:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + 1):
                await response.aclose()


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes]:
    body = Body.of(response)
    try:
        while True:
            chunk = None
            with trio.move_on_after(_STALL_S):
                chunk = await anext(body, b"")
            if chunk is None:
                raise _CutError(f"nothing came for {_STALL_S:g} s")
            if not chunk:
                return
            yield chunk
    finally:
        await body.close()


def _extent(response: httpx.Response) -> tuple[int, int]:
    if response.status_code == HTTPStatus.PARTIAL_CONTENT:
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", response.headers.get("Content-Range", ""))
        if found is None:
            raise WeightsError(f"{response.url.host}: a part that does not say which")
        return int(found[1]), int(found[2])
    return 0, int(response.headers.get("Content-Length", 0))


def _check_finished(response: httpx.Response, part: Path) -> None:
    if response.headers.get("Content-Range") == f"bytes */{_size(part)}":
        return
    part.unlink()
    raise _CutError("another file than the one begun")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0
