import re

_MOST_CHARS = 64
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_SHOWN_CHARS = 80


def is_name(name: str) -> bool:
    """Tell whether what lives in a file may be called *name*, as the format of skills has it."""
    return len(name) <= _MOST_CHARS and _NAME.fullmatch(name) is not None


def wrong_name(name: str) -> str:
    """Say in a clause that *name* is none."""
    form = f"{_MOST_CHARS} characters at most of a-z, 0-9 and single hyphens between them"
    return f"its name {name[:_MOST_SHOWN_CHARS]!r} is not {form}"
