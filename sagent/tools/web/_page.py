"""What an answer holds, as an agent can read it."""

import json
from functools import partial
from http import HTTPStatus

import attrs

from sagent.errors import JsonError
from sagent.lib.json import json_loads, json_unfreeze
from sagent.tools._image_fault import image_fault
from sagent.tools._image_type import image_type
from sagent.tools._pdf import is_pdf, pdf_text
from sagent.tools._refusal import Refusal
from sagent.tools._thread_call import call_in_thread
from sagent.tools.web._charset import charset_of, decoded
from sagent.tools.web._clean import clean, one_line
from sagent.tools.web._exchange import Answer
from sagent.tools.web._html_page import HtmlPage, read_html

_MOST_HTML_BYTES = 4 * 1024 * 1024
_MOST_IMAGE_BYTES = 4 * 1024 * 1024
"""The vendors take 5 MB of an image, in base64."""
_MOST_PDF_PAGES = 200
_MOST_PDF_CHARS = 1_000_000
_EXCERPT_CHARS = 300
_PAGES = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_UNTOLD = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What all vendors take."""
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")
_TEXTUAL = ("json", "xml", "javascript", "ecmascript", "yaml", "toml", "x-sh", "sql", "x-tex")


@attrs.frozen(kw_only=True)
class Page:
    """What came from *url*, after all redirects.

    Attributes:
        title: what it is called; "" if it does not say.
        text: what it says; of an image, only what it is.
        image: the image that it is, and its descriptor.
        notes: what its reader should know, a line each.
    """

    url: str
    title: str = ""
    text: str
    image: tuple[bytes, str] | None = None
    notes: tuple[str, ...] = ()

    @property
    def size_chars(self) -> int:
        """How much room it takes, about."""
        return len(self.text) + (len(self.image[0]) if self.image else 0)


async def read_page(answer: Answer) -> Page:
    """Read what *answer* holds; on a cancel, the reading ends soon.

    Raises:
        Refusal: it is an error of the server's, or holds nothing that can be shown.
    """
    url = str(answer.url)
    if answer.status not in _PAGES:
        raise Refusal(f"{url} answers {answer.told_status}{await _excerpt(answer)}")
    if not answer.body:
        raise Refusal(f"{url} is empty: there is nothing to read")
    if (descriptor := image_type(answer.body)) in _IMAGES:
        return _image_page(answer, str(descriptor))
    if _is_pdf(answer):
        return await _pdf_page(answer)
    if _is_html(answer):
        return await _html_page(answer)
    text = None if _is_binary(answer) else await _text(answer)
    if text is None:
        kind = answer.content_type or "of no told type"
        size = f"{'more than ' if answer.cut else ''}{len(answer.body)} bytes"
        raise Refusal(f"{url} is {kind}, {size}: no text or image that could be shown")
    if not text.strip():
        raise Refusal(f"{url} is empty: there is nothing to read")
    return Page(url=url, text=text, notes=_notes(answer))


async def _html_page(answer: Answer) -> Page:
    page = await _read_html(answer)
    url = str(answer.url)
    notes = _notes(answer, most_bytes=_MOST_HTML_BYTES)
    if page.refers_to:
        notes += (f"It sends browsers on to {page.refers_to}",)
    if page.needs_scripts:
        notes += ("Most of this page comes from its scripts, which are not run.",)
    elif not page.text:
        notes += ("There is no text on this page.",)
    return Page(url=url, title=page.title, text=page.text, notes=notes)


async def _read_html(answer: Answer) -> HtmlPage:
    content = answer.body[:_MOST_HTML_BYTES]
    charset = charset_of(answer.headers.get("content-type", ""))
    read = partial(read_html, content, charset=charset, url=str(answer.url))
    try:
        return await call_in_thread(read)
    except Exception as error:  # a parser that meets what its author did not think of
        raise Refusal(f"{answer.url} cannot be read: {type(error).__name__} in its HTML") from error


def _image_page(answer: Answer, descriptor: str) -> Page:
    url = str(answer.url)
    if answer.cut or len(answer.body) > _MOST_IMAGE_BYTES:
        raise Refusal(
            f"{url} is an image of more than {_MOST_IMAGE_BYTES} bytes: too large to show"
        )
    if fault := image_fault(answer.body, descriptor):
        raise Refusal(f"{url} cannot be shown as {descriptor}: {fault}")
    text = f"[{descriptor} of {len(answer.body)} bytes]"
    return Page(url=url, text=text, image=(answer.body, descriptor))


async def _pdf_page(answer: Answer) -> Page:
    url = str(answer.url)
    if answer.cut:
        raise Refusal(f"{url} is a PDF of more than {len(answer.body)} bytes: too large to read")
    text = await pdf_text(url, answer.body, most_pages=_MOST_PDF_PAGES, most_chars=_MOST_PDF_CHARS)
    return Page(url=url, text=clean(text))


async def _text(answer: Answer) -> str | None:
    return await call_in_thread(partial(_decoded, answer))


def _decoded(answer: Answer) -> str | None:
    text = decoded(answer.body, charset=charset_of(answer.headers.get("content-type", "")))
    if text is not None and answer.content_type.endswith("json") and not answer.cut:
        text = _pretty(text)
    return None if text is None else clean(text).strip("\n")


def _pretty(text: str) -> str:
    try:
        value = json_unfreeze(json_loads(text))
    except JsonError:
        return text  # as it is, it may tell something
    return json.dumps(value, indent=1, ensure_ascii=False)


async def _excerpt(answer: Answer) -> str:
    if _is_html(answer):
        page = await _read_html(answer)
        text = page.text or page.title
    else:
        text = (None if _is_binary(answer) else await _text(answer)) or ""
    line = one_line(text, _EXCERPT_CHARS)
    return f": {line}" if line else ""


def _notes(answer: Answer, *, most_bytes: int | None = None) -> tuple[str, ...]:
    if answer.cut or (most_bytes is not None and len(answer.body) > most_bytes):
        return ("Only its beginning was read: it is too large.",)
    return ()


def _is_html(answer: Answer) -> bool:
    if answer.content_type in _HTML:
        return True
    start = answer.body[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return answer.content_type in _UNTOLD and start.startswith(_HTML_STARTS)


def _is_pdf(answer: Answer) -> bool:
    named = "pdf" in answer.content_type and is_pdf(answer.body)
    return named or answer.body.lstrip()[:5] == b"%PDF-"


def _is_binary(answer: Answer) -> bool:
    kind = answer.content_type
    told_text = kind.startswith("text/") or kind in _UNTOLD or any(map(kind.__contains__, _TEXTUAL))
    return not told_text
