"""What of a page nobody sees: what is marked as hidden, and what was never text."""

import re

from justhtml import Element

UNSEEN_TAGS = frozenset(
    {
        "audio", "button", "canvas", "datalist", "dialog", "embed", "head", "iframe", "input",
        "meter", "noembed", "noframes", "noscript", "object", "option", "progress", "script",
        "select", "style", "svg", "template", "textarea", "title", "video",
    }
)  # fmt: skip
_LONGEST_STYLE_CHARS = 4000
"""A regular expression cannot be stopped half-way, so it gets no more than this."""
_UNSEEN_STYLE = re.compile(
    r"(?:^|;)\s*"
    r"(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0"
    r"|opacity\s*:\s*(?:0+(?:\.0*)?|\.0+)\s*(?:;|!|$))",
    re.IGNORECASE,
)


def is_unseen(element: Element) -> bool:
    """Tell whether *element* is kept from whoever looks at the page, as far as its tag says."""
    if element.name in UNSEEN_TAGS:
        return True
    attributes = element.attrs
    if not attributes:
        return False
    if attributes.get("hidden", "until-found") != "until-found":
        return True
    if attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style and _UNSEEN_STYLE.search(style[:_LONGEST_STYLE_CHARS]))
