"""Searches of the web, and what they find."""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

import attrs

from sagent.errors import UsageError

_DOMAIN = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63})*")


@attrs.frozen(kw_only=True)
class Found:
    """A page that a search found.

    Attributes:
        title: the page's.
        url: where it is.
        snippet: what the search shows of it.
    """

    title: str
    url: str
    snippet: str = ""


def _domains(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_domain, names)))


@attrs.frozen(kw_only=True)
class Search:
    """What is searched for.

    Attributes:
        query: the words.
        most_results: how many pages are wanted.
        allowed_domains: where alone they may be, with what is below; anywhere if there are none.
        blocked_domains: where they may not be.

    Raises:
        UsageError: one of the domains is none.
    """

    query: str
    most_results: int = 10
    allowed_domains: tuple[str, ...] = attrs.field(default=(), converter=_domains)
    blocked_domains: tuple[str, ...] = attrs.field(default=(), converter=_domains)

    @property
    def query_with_sites(self) -> str:
        """The query with the operators that most services know: ``site:`` and ``-site:``."""
        allowed = " OR ".join(f"site:{domain}" for domain in self.allowed_domains)
        several = len(self.allowed_domains) > 1
        blocked = [f"-site:{domain}" for domain in self.blocked_domains]
        return " ".join(
            [self.query, *filter(None, [f"({allowed})" if several else allowed]), *blocked]
        )

    def wants(self, found: Found) -> bool:
        """Tell whether *found* is a page, and where the search allows it."""
        try:
            parts = urlsplit(found.url)
            host = (parts.hostname or "").lower().rstrip(".")
        except ValueError:
            return False
        return (
            parts.scheme in {"http", "https"}
            and bool(host)
            and (not self.allowed_domains or _is_in(host, self.allowed_domains))
            and not _is_in(host, self.blocked_domains)
        )


class SearchBackend(Protocol):
    """A service that searches the web."""

    @property
    def name(self) -> str:
        """What the model calls it by."""
        ...

    async def search(self, search: Search) -> Sequence[Found]:
        """Search, best first; the caller drops what the search does not want.

        Raises:
            UsageError: the service gives no results; the model reads why.
        """
        ...


def _is_in(host: str, domains: Iterable[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _domain(name: str) -> str:
    text = name.strip().lower()
    text = text.partition("://")[2] or text
    host = re.split(r"[/?#:]", text)[0].removeprefix("*.").strip(".")
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        host = ""
    if not _DOMAIN.fullmatch(host):
        raise UsageError(f"{name[:100]!r} is no domain: write it as example.com")
    return host
