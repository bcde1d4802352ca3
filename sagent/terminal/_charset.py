"""What characters a terminal can show, by its locale."""

import codecs
from collections.abc import Mapping
from unicodedata import combining, east_asian_width, normalize

import attrs

_SIMILAR = str.maketrans(
    {
        "…": ".", "·": "-", "•": "*", "●": "*", "▸": ">", "→": ">", "✓": "+", "✗": "x",
        "⚙": "*", "∴": ":", "⟳": "~", "☰": "=", "⏳": "~", "⋯": ".", "▌": "|",
        "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\N{NO-BREAK SPACE}": " ",  # noqa: RUF001  # they are what is replaced
        **dict.fromkeys("─━═╌╴╶", "-"), **dict.fromkeys("│┃║", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛╞╡╪╤╧", "+"),
        **dict(zip("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\|/-\\|/", strict=True)),
    }
)  # fmt: skip
"""What stands for the marks that we print ourselves, and for what is common in texts."""


@attrs.frozen
class Charset:
    """The characters of a terminal: all, or those of ASCII.

    A terminal with another encoding is taken for one of ASCII, which all others contain.

    Attributes:
        is_whole: whether it has all.
    """

    is_whole: bool = True

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Charset":
        """Read it from the locale: ``LC_ALL``, ``LC_CTYPE`` and ``LANG``, the first that is set.

        Where none is, as in most containers, or where one names no encoding, it has all.
        """
        names = (environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
        locale = next(filter(None, names), "")
        _, dot, encoding = locale.partition("@")[0].partition(".")
        return cls(_is_utf8(encoding) if dot else locale not in {"C", "POSIX"})

    def fit(self, text: str) -> str:
        """Write *text* in characters that the terminal has, and in as many columns.

        What has nothing similar is a question mark.
        """
        if self.is_whole or text.isascii():
            return text
        return "".join(map(_similar, text))


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False


def _similar(character: str) -> str:
    if character.isascii():
        return character
    if combining(character) or character in "\u200d\ufe0e\ufe0f":
        return ""
    columns = 2 if east_asian_width(character) in "WF" else 1
    similar = character.translate(_SIMILAR)
    if not similar.isascii():
        similar = normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"
    return similar[:columns].ljust(columns)
