import re

_ACTIVE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # control characters, of which a tab and a line end stay
    r"|[\u202a-\u202e\u2066-\u2069]"  # bidirectional controls
    r"|[\U000e0000-\U000e007f]"  # tags
)


def clean(text: str) -> str:
    """Take out what a terminal would act on: control, bidirectional and tag characters."""
    return _ACTIVE.sub("", text)


def one_line(text: str) -> str:
    """Make *text* one line that a terminal shows as it is."""
    spaced = " ".join(text.split())  # first: some of what parts words is taken out
    return " ".join(clean(spaced).split())
