"""Names of images that were pasted, or that a terminal gives for what was dropped on it."""

import shlex
from urllib.parse import unquote, urlsplit

_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
_MOST_CHARS = 4096


def image_names(pasted: str) -> tuple[str, ...]:
    """Give the paths of images that *pasted* is; none if it is, or holds, anything else.

    Terminals give what is dropped on them as names, quoted for a shell or as ``file:`` addresses.
    """
    text = pasted.strip()
    if not text or len(text) > _MOST_CHARS or "\n" in text:
        return ()
    if text.lower().endswith(_SUFFIXES) and "\\" not in text and text[0] not in "'\"":
        names = [text] if text.startswith("/") and " /" not in text else text.split()
    else:
        try:
            names = shlex.split(text)
        except ValueError:  # a quote that does not end
            return ()
    paths = [_path(name) for name in names]
    return tuple(paths) if all(path.lower().endswith(_SUFFIXES) for path in paths) else ()


def _path(name: str) -> str:
    if not name.startswith("file:"):
        return name
    return unquote(urlsplit(name).path)
