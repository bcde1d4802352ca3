"""Which part of a page its reader came for.

What frames a page is told by its tags, its roles, the words in its classes, and by how much of its
text is links. Doubt is decided for keeping: a model skips what it does not need, and cannot miss
what it never saw.
"""

import re
from collections.abc import Iterable

import attrs
from justhtml import Element, Text

from sagent.tools.web._tree import walk
from sagent.tools.web._visible import is_unseen

_FRAME_TAGS = frozenset({"nav", "aside", "footer", "menu"})
_FRAME_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert", "menu"}
)
_FRAME_WORDS = frozenset(
    """
    ad ads advert advertisement breadcrumb breadcrumbs comment comments commentlist consent cookie
    cookies disqus footer gdpr likes masthead menu modal nav navbar navigation newsletter noprint
    outbrain pager pagination popup promo promoted recommendations recommended related respond share
    sharedaddy sharing sidebar social sponsor sponsored subscribe subscription taboola taglist tags
    toolbar widget authorbox banner imprint
    """.split()  # noqa: SIM905  # a list would take a line each
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_NAMED = frozenset(
    {"div", "section", "ul", "ol", "li", "p", "table", "tr", "td", "form", "span", "dl"}
)
_SCOPE_ROLES = frozenset({"main", "article"})
_LISTED = frozenset({"ul", "ol", "div", "section", "table", "p", "dl", "h2", "h3", "h4"})
_SMALL_SHARE = 0.35
_SCOPE_SHARE = 0.4
_INNER_SHARE = 0.7
_LARGE_SHARE = 0.15
_MOST_SCOPES = 5
_LINKED_SHARE = 0.6
_LEFT_SHARE = 0.3
_FEW_CHARS = 250
_SEVERAL = 3


@attrs.define
class _Weight:
    text: int = 0
    linked: int = 0
    links: int = 0


@attrs.frozen
class MainPart:
    """A part of a page: *root* without the elements whose id() is in *skipped*."""

    root: Element
    skipped: frozenset[int]


def main_part(body: Element) -> MainPart:
    """Find the part of the page *body* that is not there on all pages of its site."""
    whole = seen_part(body)
    weights = _weigh(whole)
    total = weights[id(body)].text
    unframed = MainPart(body, whole.skipped | frozenset(_frames(whole, weights, total)))
    found = _without_link_lists(MainPart(_scope(unframed), unframed.skipped))
    return (
        found
        if _weigh(found)[id(found.root)].text >= min(_FEW_CHARS, total * _LEFT_SHARE)
        else whole
    )


def seen_part(body: Element) -> MainPart:
    """Give all of the page *body* that can be seen."""
    return MainPart(
        body,
        frozenset(
            id(node)
            for node, ends in walk(body)
            if not ends and isinstance(node, Element) and is_unseen(node)
        ),
    )


def _weigh(part: MainPart) -> dict[int, _Weight]:
    weights: dict[int, _Weight] = {}
    path: list[tuple[_Weight, bool]] = []
    links = 0
    for node, ends in walk(part.root, part.skipped):
        if isinstance(node, Text):
            chars = len(" ".join((node.data or "").split()))
            path[-1][0].text += chars
            path[-1][0].linked += chars if links else 0
        elif not ends:
            is_link = node.name == "a"
            links += is_link
            weight = weights[id(node)] = _Weight(links=int(is_link))
            path.append((weight, is_link))
        else:
            weight, is_link = path.pop()
            links -= is_link
            if path:
                above = path[-1][0]
                above.text += weight.text
                above.linked += weight.linked
                above.links += weight.links
    return weights


def _frames(part: MainPart, weights: dict[int, _Weight], total: int) -> Iterable[int]:
    most = total * _SMALL_SHARE
    articles = 0
    for node, ends in walk(part.root, part.skipped):
        if not isinstance(node, Element):
            continue
        if node.name in {"main", "article"}:
            articles += -1 if ends else 1
        if ends or node is part.root:
            continue
        small = weights[id(node)].text <= most
        if _is_frame(node) or (
            small and ((node.name == "header" and not articles) or _is_named_frame(node))
        ):
            yield id(node)


def _is_frame(element: Element) -> bool:
    role = (element.attrs.get("role") or "").lower()
    return element.name in _FRAME_TAGS or role in _FRAME_ROLES


def _is_named_frame(element: Element) -> bool:
    if element.name not in _NAMED:
        return False
    names = f"{element.attrs.get('class') or ''} {element.attrs.get('id') or ''}"
    return not _FRAME_WORDS.isdisjoint(word.lower() for word in _WORD.findall(names[:500]))


def _scope(part: MainPart) -> Element:
    weights = _weigh(part)
    found, share = part.root, _SCOPE_SHARE
    for _ in range(_MOST_SCOPES):
        total = weights[id(found)].text
        large = [
            inner
            for inner in _scopes_in(MainPart(found, part.skipped))
            if weights[id(inner)].text >= total * _LARGE_SHARE
        ]
        # Of several articles each is worth reading.
        if len(large) != 1 or weights[id(large[0])].text < total * share:
            break
        found, share = large[0], _INNER_SHARE
    return found


def _scopes_in(part: MainPart) -> Iterable[Element]:
    depth = 0
    for node, ends in walk(part.root, part.skipped):
        if isinstance(node, Element) and node is not part.root and _is_scope(node):
            depth += -1 if ends else 1
            if not ends and depth == 1:
                yield node


def _is_scope(element: Element) -> bool:
    return (
        element.name in {"main", "article"}
        or (element.attrs.get("role") or "").lower() in _SCOPE_ROLES
        or element.attrs.get("itemprop") == "articleBody"
    )


def _without_link_lists(part: MainPart) -> MainPart:
    weights = _weigh(part)
    total = weights[id(part.root)].text
    lists: set[int] = set()
    for node, ends in walk(part.root, part.skipped):
        if ends or not isinstance(node, Element) or node.name not in _LISTED or node is part.root:
            continue
        weight = weights[id(node)]
        if (
            weight.links >= _SEVERAL
            and weight.text
            and weight.linked >= weight.text * _LINKED_SHARE
        ):
            lists.add(id(node))
    without = MainPart(part.root, part.skipped | lists)
    left = _weigh(without)[id(part.root)].text
    return without if left >= total * _LEFT_SHARE else part
