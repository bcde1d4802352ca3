import re
from pathlib import PurePath

from sagent.prompt._markdown import parts

_INCLUDE = re.compile(r"(?<!\S)@(?P<path>(?:\\ |[^\s`\0])+)")
_AFTER_A_PATH = ".,;:!?)]}>\"'*_"
_TEXTS = frozenset({".md", ".mdx", ".markdown", ".rst", ".txt"})


def find_includes(text: str) -> tuple[str, ...]:
    r"""Give the paths that *text* names as ``@path`` outside code and comments, each once.

    ``@`` begins a word; a space in a path is written ``\ ``; punctuation behind it and a
    ``#heading`` are not of it.
    """
    prose = "".join(_blanked(part.kind, part.text) for part in parts(text))
    found = (
        match["path"].replace("\\ ", " ").partition("#")[0].rstrip(_AFTER_A_PATH).strip()
        for match in _INCLUDE.finditer(prose)
    )
    return tuple(dict.fromkeys(path for path in found if path.strip("/.~@")))


def is_surely_a_path(include: str) -> bool:
    """Tell whether *include* cannot be a person's or a package's name, such as ``@types/node``."""
    suffix = PurePath(include).suffix
    return (
        include.startswith(("/", "./", "../", "~/"))
        or suffix in _TEXTS
        or bool(suffix and "/" in include)
    )


def _blanked(kind: str, text: str) -> str:
    if kind == "prose":
        return text
    return "`" if kind == "code" else ""
