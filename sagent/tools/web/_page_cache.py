from collections import OrderedDict

import attrs
import trio

from sagent.tools.web._page import Page

_KEPT_S = 15 * 60.0
_MOST_PAGES = 64
_MOST_CHARS = 16 * 1024 * 1024


@attrs.frozen
class _Kept:
    page: Page
    at: float


def _no_pages() -> OrderedDict[str, _Kept]:
    return OrderedDict()


@attrs.define(eq=False)
class PageCache:
    """The pages that were read last, so that one can be read on without asking for it again."""

    _pages: OrderedDict[str, _Kept] = attrs.field(factory=_no_pages, init=False)
    _chars: int = attrs.field(default=0, init=False)

    def get(self, url: str) -> Page | None:
        """Give the page that *url* gave a while ago, if it is still there."""
        kept = self._pages.get(url)
        if kept is None:
            return None
        # The clock of another run may show any time, so an age may be negative.
        if not 0 <= trio.current_time() - kept.at <= _KEPT_S:
            self._drop(url)
            return None
        self._pages.move_to_end(url)
        return kept.page

    def keep(self, url: str, page: Page) -> None:
        """Keep *page* for a while, in place of those that were used least lately."""
        self._drop(url)
        self._pages[url] = _Kept(page, trio.current_time())
        self._chars += page.size_chars
        while len(self._pages) > _MOST_PAGES or self._chars > _MOST_CHARS:
            self._drop(next(iter(self._pages)))

    def _drop(self, url: str) -> None:
        if kept := self._pages.pop(url, None):
            self._chars -= kept.page.size_chars
