import codecs
import re

from sagent.tools._text_encoding import probable_encodings

_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_OF_NO_PAGE = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""What Python knows as encodings of text, and the web does not: punycode's decoder takes time with
the square of the text's length."""
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")


def charset_of(content_type: str) -> str | None:
    """Give the name of an encoding that *content_type*, a header, holds; None if it holds none."""
    match = _CHARSET.search(content_type)
    return match[1] if match else None


def decoded(content: bytes, *, charset: str | None) -> str | None:
    """Read *content* as text, or give None if it is none.

    Its byte order mark goes first, then what the server says, then what an XML declaration says,
    then UTF-8; Latin-1 takes any bytes that have no NUL.
    """
    candidates = probable_encodings(content)
    codec = None if charset is None else _known(charset)
    if candidates and candidates[0].mark:
        codec = candidates[0].codec
        content = content.removeprefix(candidates[0].mark)
    elif codec is None and (match := _XML.match(content)):
        codec = _known(match[1].decode("ascii"))
    if codec is not None:
        return content.decode(codec, errors="replace")
    for encoding in candidates:
        try:
            return content.decode(encoding.codec)
        except UnicodeDecodeError:
            continue
    return None


def _known(name: str) -> str | None:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Python also knows codecs that are none of text, such as hex.
    is_of_text = codec._is_text_encoding  # noqa: SLF001  # as bytes.decode asks
    return codec.name if is_of_text and codec.name not in _OF_NO_PAGE else None
