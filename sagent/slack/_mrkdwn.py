"""From Markdown, as models write it, to Slack's own markup.

https://docs.slack.dev/messaging/formatting-message-text: ``&``, ``<`` and ``>`` are escaped, bold
is one star, links are ``<url|text>``. What would call a whole channel, ``<!channel>``, is escaped
like any other text.
"""

import re

_FENCE = re.compile(r"^\s*(```|~~~)")
_CODE = re.compile(r"(`++)(?:(?!\1).)+\1")
_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MENTION = re.compile(r"&lt;(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+)&gt;")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((https?://[^\s()|]+)(?: \"[^\"]*\")?\)")
_BOLD = re.compile(r"\*\*(?=\S)(.{1,500}?)(?<=\S)\*\*|__(?=\S)(.{1,500}?)(?<=\S)__")
# However long a line is and whatever it is of, it is read in time that grows as it does.
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
_STRUCK = re.compile(r"~~(?=\S)(.{1,500}?)(?<=\S)~~")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_BULLET = re.compile(r"^(\s*)[-*+]\s+")
_QUOTE = re.compile(r"^&gt;\s?")
_HELD = "\x01"
"""Stands for one star of bold while single stars are read."""


def to_mrkdwn(text: str) -> str:
    """Write Markdown *text* as Slack shows it; what is code stays as it is."""
    lines: list[str] = []
    fenced = ""
    for line in text.replace(_HELD, "").split("\n"):
        if (fence := _FENCE.match(line)) and fenced in ("", fence[1]):
            fenced = "" if fenced else fence[1]
            lines.append("```")
        else:
            lines.append(escape(line) if fenced else _line(line))
    return "\n".join(lines)


def escape(text: str) -> str:
    """Take from *text* what Slack would act on."""
    return text.translate(_SPECIAL)


def unescape(text: str) -> str:
    """Give what a person typed, from what Slack made of it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _line(line: str) -> str:
    parts: list[str] = []
    end = 0
    for code in _CODE.finditer(line):
        parts += [_prose(line[end : code.start()], first=end == 0), f"`{_inside(code)}`"]
        end = code.end()
    return "".join([*parts, _prose(line[end:], first=end == 0)])


def _inside(code: re.Match[str]) -> str:
    return escape(code[0].strip("`"))


def _prose(text: str, *, first: bool) -> str:
    text = _MENTION.sub(r"<\1>", escape(text))
    if first:
        if heading := _HEADING.match(text):
            words = heading[1].rstrip().rstrip("#").rstrip()
            return f"*{_spans(words).replace('*', '')}*"
        text = _QUOTE.sub("> ", _BULLET.sub(r"\1• ", text))
    return _spans(text)


def _spans(text: str) -> str:
    text = _LINK.sub(lambda link: f"<{link[2]}|{link[1] or link[2]}>", text)
    text = _BOLD.sub(lambda bold: f"{_HELD}{bold[1] or bold[2]}{_HELD}", text)
    text = _STRUCK.sub(r"~\1~", _ITALIC.sub(r"_\1_", text))
    return text.replace(_HELD, "*")
