"""A vendor's list of its models, asked for page by page."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import cast

import attrs
import httpx
import trio

from sagent.errors import ProtocolError, SagentError
from sagent.lib.json import JSON
from sagent.model import ModelInfo
from sagent.providers._clients import CLOSING_S, ClientPool
from sagent.providers._content import decoded
from sagent.providers._exchange import exhaust, transport_fault, unexpected_fault
from sagent.providers._fault import Endpoint, error_in_stream, status_fault
from sagent.providers._wires.fields import fields_of

MOST_PAGES = 100
LONGEST_PAGE_BYTES = 32 * 1024 * 1024

type NextPage = Callable[[JSON], Mapping[str, str]]
"""Tells by a page what to ask for in the query to get the next; nothing if there is none."""


def only_page(page: JSON) -> Mapping[str, str]:  # noqa: ARG001  # the contract's
    """Say that there is no further page, as most vendors' lists are one."""
    return {}


@attrs.frozen(kw_only=True)
class Listing:
    """How a vendor lists its models.

    Attributes:
        parse: reads a page.
        path: where the list is, below the base URL; it may have a query.
        next_page: how to ask for the page after one.
    """

    parse: Callable[[JSON], tuple[ModelInfo, ...]]
    path: str = "models"
    next_page: NextPage = only_page


async def list_models(
    clients: ClientPool, endpoint: Endpoint, listing: Listing
) -> tuple[ModelInfo, ...]:
    """Ask for the models that a vendor lists, in its order, and close *clients*.

    The caller's scope says for how long. It is asked once: nothing is tried again.

    Raises:
        ModelError: the list could not be had; the message is one line without secrets.
    """
    try:
        pages = await _pages(clients, endpoint, listing)
        return tuple(model for page in pages for model in listing.parse(page))
    except SagentError as told:
        endpoint.told(told)
        raise
    except httpx.HTTPError as fault:
        raise transport_fault(endpoint, fault) from fault
    except Exception as fault:  # whatever a library raises, the caller gets one line
        raise unexpected_fault(endpoint, fault) from fault
    finally:
        await clients.aclose()


async def _pages(clients: ClientPool, endpoint: Endpoint, listing: Listing) -> Sequence[JSON]:
    pages: list[JSON] = []
    query: Mapping[str, str] = {}
    while len(pages) < MOST_PAGES:
        url = httpx.URL(listing.path).copy_merge_params(query)
        pages.append(await _page(clients, str(url), endpoint))
        query = listing.next_page(pages[-1])
        if not query:
            return pages
    raise ProtocolError(f"{endpoint.where} lists its models on more than {MOST_PAGES} pages")


async def _page(clients: ClientPool, path: str, endpoint: Endpoint) -> JSON:
    async with clients.borrow() as client:
        response = await client.send(clients.get(path), stream=True)
        body = await _body(response, endpoint)
    if not response.is_success:
        raise status_fault(
            endpoint, status=response.status_code, body=body, headers=response.headers
        )
    try:
        page = cast("JSON", json.loads(body))
    except (ValueError, RecursionError) as error:
        what = response.headers.get("content-type", "").partition(";")[0] or "nothing recognisable"
        raise ProtocolError(
            f"{endpoint.where} answered with {what} that is no JSON instead of a list of models: "
            "check the base URL (most end in /v1)"
        ) from error
    if fault := error_in_stream(fields_of(page)):
        raise fault
    return page


async def _body(response: httpx.Response, endpoint: Endpoint) -> bytes:
    raw = response.aiter_raw()
    body = bytearray()
    try:
        async with aclosing(decoded(raw, response.headers.get("content-encoding", ""))) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > LONGEST_PAGE_BYTES:
                    raise ProtocolError(
                        f"{endpoint.where} answered with more than {LONGEST_PAGE_BYTES} bytes"
                    )
    finally:
        with trio.move_on_after(CLOSING_S, shield=True):
            await exhaust(raw, 0)
            await response.aclose()
    return bytes(body)
