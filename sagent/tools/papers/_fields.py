"""Looking into what services say of papers: plain lines of text, counts, and lists of these."""

import html
import re
from collections.abc import Mapping
from typing import TypeGuard

from sagent.lib.json import JSON
from sagent.tools._refusal import Refusal
from sagent.tools.web._clean import clean
from sagent.tools.web._fields import items, text_field

type Fields = Mapping[str, JSON]

_MARKUP = re.compile(
    r"</?(?:jats:|mml:)?(?:i|b|p|u|em|br|strong|sub|sup|span|div|sec|title|italic|bold|sc|scp|tt"
    r"|h[1-6]|math|m(?:row|i|n|o|sup|sub|text|frac|style|sqrt)|inline-formula|tex-math)"
    r"(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>",
    re.IGNORECASE,
)


def object_of(answer: JSON, service: str) -> Fields:
    """Give the object that *answer* is.

    Raises:
        Refusal: it is none.
    """
    if not isinstance(answer, Mapping):
        raise Refusal(f"{service} sent an answer that is no object")
    return answer


def fields_in(holder: Fields, key: str) -> Fields:
    """Give the object under *key*, or an empty one."""
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}


def objects_in(holder: Fields, key: str) -> list[Fields]:
    """Give the objects of the list under *key*, if it is one."""
    return [item for item in items(holder, key) if isinstance(item, Mapping)]


def texts_in(holder: Fields, key: str) -> list[str]:
    """Give the texts of the list under *key* that are not blank, if it is a list."""
    texts = [plain(item) for item in items(holder, key) if isinstance(item, str)]
    return [text for text in texts if text]


def text_in(holder: Fields, key: str) -> str:
    """Give the text under *key* as one plain line, or ""."""
    return plain(text_field(holder, key))


def count_in(holder: Fields, key: str) -> int | None:
    """Give the whole number under *key*, if one is there that counts something."""
    value = holder.get(key)
    return value if _counts(value) else None


def counts_in(holder: Fields, key: str) -> list[int]:
    """Give the whole numbers of the list under *key*, if it is one."""
    return [item for item in items(holder, key) if _counts(item)]


def plain(text: str) -> str:
    """Put *text* on one line, without markup and without what is not seen when it is shown."""
    return " ".join(clean(_MARKUP.sub("", html.unescape(text))).split())


def _counts(value: JSON) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
