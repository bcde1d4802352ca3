import ssl
from functools import cached_property

import attrs
import httpx

from sagent.tools._refusal import Refusal
from sagent.tools.web._dialer import Dialer
from sagent.tools.web._exchange import Answer, exchange, request
from sagent.tools.web._target import redirected

_MOST_REDIRECTS = 10
_HEADERS = {"Accept": "text/html, application/xhtml+xml, */*;q=0.8"}


@attrs.define(eq=False)
class Fetcher:
    """Gets pages of whoever, by connections that are checked, each of its own.

    It knows no proxies, which would resolve names themselves.
    """

    _dialer: Dialer
    most_bytes: int
    """How much is read of a page, unpacked."""

    async def get(self, url: httpx.URL) -> Answer:
        """Get *url*, or what it redirects to; the caller sets the deadline.

        Raises:
            Refusal: there is no answer, or nothing may be asked there.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            answer = await exchange(
                request(url, headers=_HEADERS),
                dial=self._dialer.dial,
                new_context=self._context,
                most_bytes=self.most_bytes,
            )
            if answer.location is None:
                return answer
            url = redirected(url, answer.location)
        raise Refusal(f"{url.host} redirects on and on: stopped after {_MOST_REDIRECTS} redirects")

    def _context(self) -> ssl.SSLContext:
        return self._tls

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return new_tls_context()


def new_tls_context() -> ssl.SSLContext:
    """Make the context of connections whose servers are verified; it takes 25 ms."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
