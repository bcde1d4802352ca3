"""One question to a vendor beside its models' answers, which are streams: JSON, asked once."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import httpx

from sagent.errors import ProtocolError, SagentError
from sagent.lib.json import JSON
from sagent.providers._body import Body
from sagent.providers._connections import Connections
from sagent.providers._content import decoded
from sagent.providers._exchange import transport_fault, unexpected_fault
from sagent.providers._fault import Endpoint, error_in_stream, status_fault
from sagent.providers._refusal import refusal_in
from sagent.providers._wires.fields import fields_of, read_json

LONGEST_ANSWER_BYTES = 32 * 1024 * 1024


@asynccontextmanager
async def asking(connections: Connections, endpoint: Endpoint) -> AsyncGenerator[None]:
    """Make whatever goes wrong in the block one line without secrets, and close *connections*.

    Raises:
        ModelError: something went wrong.
    """
    try:
        yield
    except SagentError as told:
        endpoint.told(told)
        raise
    except httpx.HTTPError as fault:
        raise transport_fault(endpoint, fault) from fault
    except Exception as fault:  # whatever a library raises, the caller gets one line
        raise unexpected_fault(endpoint, fault) from fault
    finally:
        await connections.aclose()


async def ask_json(connections: Connections, endpoint: Endpoint, request: httpx.Request) -> JSON:
    """Send *request*, and read the JSON of the answer.

    Raises:
        ModelError: the server refused, or answered something else.
    """
    connection = connections.take()
    try:
        response = await connection.handle_async_request(request)
        body = await _body(response, endpoint)
    finally:
        connections.give_back(connection)
    if not response.is_success:
        raise status_fault(
            endpoint, status=response.status_code, body=body, headers=response.headers
        )
    try:
        answer = read_json(body)
    except ValueError as error:
        what = response.headers.get("content-type", "").partition(";")[0] or "nothing recognisable"
        raise ProtocolError(
            f"{endpoint.where} answered with {what} that is no JSON: check the base URL (most end "
            "in /v1)"
        ) from error
    if fault := error_in_stream(fields_of(answer)):
        raise fault
    return answer


async def _body(response: httpx.Response, endpoint: Endpoint) -> bytes:
    raw = Body.of(response)
    body = bytearray()
    try:
        async with aclosing(decoded(raw, response.headers.get("content-encoding", ""))) as chunks:
            if not response.is_success:
                return await refusal_in(chunks)
            async for chunk in chunks:
                body += chunk
                if len(body) > LONGEST_ANSWER_BYTES:
                    raise ProtocolError(
                        f"{endpoint.where} answered with more than {LONGEST_ANSWER_BYTES} bytes"
                    )
    finally:
        await raw.close()
    return bytes(body)
