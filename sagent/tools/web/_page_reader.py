import attrs
import trio

from sagent.tools._refusal import Refusal
from sagent.tools.web._dialer import Dialer
from sagent.tools.web._fetcher import Fetcher
from sagent.tools.web._page import Page, read_page
from sagent.tools.web._page_cache import PageCache
from sagent.tools.web._target import target_of

_DEADLINE_S = 30.0
_MOST_BYTES = 10 * 1024 * 1024


@attrs.define(eq=False)
class PageReader:
    """Reads pages, each once in a while."""

    _fetcher: Fetcher
    _cache: PageCache = attrs.field(factory=PageCache, init=False)

    @classmethod
    def over(cls, dialer: Dialer) -> "PageReader":
        """Make one that asks by *dialer*."""
        return cls(Fetcher(dialer, _MOST_BYTES))

    async def read(self, text: str) -> Page:
        """Read the page of the URL *text*.

        Raises:
            Refusal: it is no URL, or there is no page that could be shown, or not in time.
        """
        url = target_of(text)
        known = self._cache.get(str(url))
        if known is not None:
            await trio.lowlevel.checkpoint()
            return known
        with trio.move_on_after(_DEADLINE_S):
            page = await read_page(await self._fetcher.get(url))
            self._cache.keep(str(url), page)
            return page
        raise Refusal(
            f"{url} could not be read within {_DEADLINE_S:g} s: it is too slow, or too big"
        )
