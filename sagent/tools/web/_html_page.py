import re
from collections.abc import Iterator
from urllib.parse import urljoin

import attrs
from justhtml import Element, JustHTML

from sagent.tools.web._clean import clean, one_line
from sagent.tools.web._main_part import main_part
from sagent.tools.web._markdown import markdown_of
from sagent.tools.web._tree import body_of, walk

_TITLE_CHARS = 300
_LONGEST_LINK_CHARS = 2000
_LEADING_SCHEMES = ("http://", "https://", "mailto:")
_REFRESH = re.compile(r"""\d+\s*[;,]\s*url\s*=\s*["']?([^"'\s]+)["']?""", re.IGNORECASE)
_SCRIPTED_CHARS = 200
"""A page of scripts and of less text than this has most of it from them."""


@attrs.frozen(kw_only=True)
class HtmlPage:
    """What a page says.

    Attributes:
        text: its main part, as Markdown.
        title: what its window is called; "" if it does not say.
        refers_to: where it sends browsers on to; "" if it does not.
        needs_scripts: whether there is hardly any text before its scripts have run.
    """

    text: str
    title: str
    refers_to: str
    needs_scripts: bool


def read_html(content: bytes, *, charset: str | None, url: str) -> HtmlPage:
    """Read the page *content* that came from *url*.

    It takes time, 0.2 s for a megabyte as pages are, and minutes for what is made to take long.

    Args:
        content: its bytes.
        charset: what the server calls its encoding; a byte order mark goes before, and what the
            page says of itself comes after.
        url: where relative links start, unless the page says otherwise.
    """
    document = JustHTML(content, encoding=charset, sanitize=False)
    title, base, refers_to, scripts = "", url, "", 0
    for element in _elements(document):
        if element.name == "title" and not title:
            title = one_line(element.to_text(), _TITLE_CHARS)
        elif element.name == "base" and base == url:
            base = _joined(url, element.attrs.get("href") or "") or url
        elif element.name == "meta" and not refers_to:
            refers_to = _refresh(base, element)
        elif element.name == "script":
            scripts += 1
    body = body_of(document)
    text = "" if body is None else markdown_of(main_part(body), lambda link: _target(base, link))
    text = clean(text).strip()
    return HtmlPage(
        text=text,
        title=title,
        refers_to=refers_to,
        needs_scripts=bool(scripts) and len(text) < _SCRIPTED_CHARS,
    )


def _elements(document: JustHTML) -> Iterator[Element]:
    for root in document.root.children or []:
        if isinstance(root, Element):
            for node, ends in walk(root):
                if not ends and isinstance(node, Element):
                    yield node


def _refresh(base: str, meta: Element) -> str:
    if (meta.attrs.get("http-equiv") or "").lower() != "refresh":
        return ""
    match = _REFRESH.fullmatch((meta.attrs.get("content") or "")[:_LONGEST_LINK_CHARS].strip())
    return one_line(_target(base, match[1]), _LONGEST_LINK_CHARS) if match else ""


def _target(base: str, link: str) -> str:
    link = link.strip()
    if not link or link.startswith("#"):
        return ""
    target = _joined(base, link)
    fits = len(target) <= _LONGEST_LINK_CHARS and target.lower().startswith(_LEADING_SCHEMES)
    return "".join(target.split()).replace("(", "%28").replace(")", "%29") if fits else ""


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""
