import re

_JOINED = re.compile(
    "\u200d."  # what is joined to the emoji before it
    "|[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]",  # how that is to look: as text, or with which skin
    re.DOTALL,
)


def simple_emoji(text: str) -> str:
    """Give *text* with emoji of one character each.

    Of those that are made of several, terminals and libraries count the columns differently, and
    who moves the cursor by a count that is not the terminal's paints over what stands there.
    """
    return _JOINED.sub("", text)
