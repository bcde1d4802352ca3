"""A vendor's list of its models, asked for page by page."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import httpx

from sagent.errors import ProtocolError
from sagent.lib.json import JSON
from sagent.model import ModelInfo
from sagent.providers._connections import Connections
from sagent.providers._fault import Endpoint
from sagent.providers._question import ask_json, asking
from sagent.providers._wires.fields import fields_of, number_in, objects_in, text_in

MOST_PAGES = 100

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


def listed_models(body: JSON, *, window: str = "") -> tuple[ModelInfo, ...]:
    """Read ``{"data": [{"id": ...}, ...]}``, where *window* is the field of the context window."""
    return tuple(
        ModelInfo(model_id=text_in(model, "id"), context_window=number_in(model, window) or None)
        for model in objects_in(fields_of(body).get("data"))
        if text_in(model, "id")
    )


async def list_models(
    connections: Connections, endpoint: Endpoint, listing: Listing
) -> tuple[ModelInfo, ...]:
    """Ask for the models that a vendor lists, in its order, and close *connections*.

    The caller's scope says for how long. It is asked once: nothing is tried again.

    Raises:
        ModelError: the list could not be had; the message is one line without secrets.
    """
    async with asking(connections, endpoint):
        pages = await _pages(connections, endpoint, listing)
        return tuple(model for page in pages for model in listing.parse(page))


async def _pages(connections: Connections, endpoint: Endpoint, listing: Listing) -> Sequence[JSON]:
    pages: list[JSON] = []
    query: Mapping[str, str] = {}
    while len(pages) < MOST_PAGES:
        url = httpx.URL(listing.path).copy_merge_params(query)
        pages.append(await ask_json(connections, endpoint, connections.get(str(url))))
        query = listing.next_page(pages[-1])
        if not query:
            return pages
    raise ProtocolError(f"{endpoint.where} lists its models on more than {MOST_PAGES} pages")
