"""Which parts are reduced together; it waits for nothing."""

from collections.abc import Sequence

import attrs

from sagent.errors import UsageError

BYTES_PER_TOKEN = 4
"""English and code have three to four and a half bytes to a token in today's vocabularies."""


@attrs.frozen(kw_only=True)
class FanIn:
    """How much is reduced to one at once.

    Attributes:
        count: how many parts at most, two or more.
        tokens: how much text at most, by estimate; None for half of the window of the agent that
            reduces, and for a function no limit.

    Raises:
        UsageError: nothing could be reduced so.
    """

    count: int = 20
    tokens: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.count < 2:  # noqa: PLR2004  # a pair
            raise UsageError(f"fan_in is {self.count}: let two parts at least become one")
        if self.tokens is not None and self.tokens < 1:
            raise UsageError(f"fan_in has {self.tokens} tokens: allow some, or None for any number")

    @classmethod
    def of(cls, fan_in: "int | FanIn") -> "FanIn":
        """Take a number for so many parts."""
        return fan_in if isinstance(fan_in, FanIn) else cls(count=fan_in)


def grouped(sizes: Sequence[int], fan_in: FanIn, *, least: int) -> list[range]:
    """Put neighbours together, as many as *fan_in* has room for.

    Args:
        sizes: tokens of each part.
        fan_in: what one group has room for.
        least: how many a group has at least, even beyond its tokens; the last may have fewer.

    Returns:
        the places of the parts of each group, in order.
    """
    groups: list[range] = []
    begin = tokens = 0
    for place, size in enumerate(sizes):
        count = place - begin
        full = fan_in.tokens is not None and tokens + size > fan_in.tokens
        if count >= fan_in.count or (full and count >= least):
            groups.append(range(begin, place))
            begin, tokens = place, 0
        tokens += size
    if begin < len(sizes):
        groups.append(range(begin, len(sizes)))
    return groups


def tokens_of(text: str) -> int:
    """Estimate the tokens of *text*."""
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)
