from typing import Self

import attrs

from sagent.errors import UsageError

ASKING_TOKENS = 640
"""What the words that ask for a recap take, with room for the user's own."""
_UNKNOWN_OUTPUT = 32_000
"""What is held for an answer of a model that nothing is known of."""
_LONGEST_RECAP = 8_000


@attrs.frozen(kw_only=True)
class ContextLimits:
    """How a model's window is shared out; every share is one of the window, so that none is empty.

    Attributes:
        window: how many tokens request and answer may have together.
        max_output: how many tokens an answer may have; None if that is not known.
    """

    window: int
    max_output: int | None

    @classmethod
    def of(cls, window: int, max_output: int | None) -> Self:
        """Share out a *window* of tokens.

        Args:
            window: how many tokens request and answer may have together.
            max_output: how many tokens an answer may have; None if that is not known.

        Raises:
            UsageError: *window* is not positive.
        """
        if window < 1:
            raise UsageError(f"a model's window is {window} tokens: it must be positive")
        longest = min(max_output, window) if max_output and max_output > 0 else None
        return cls(window=window, max_output=longest)

    @property
    def compact_at(self) -> int:
        """How many tokens a request may have before its history is to be compacted.

        That is half of the window at least.
        """
        margin = min(max(self.window // 20, ASKING_TOKENS), self.window // 4)
        return self.window - self.answer - margin

    @property
    def answer(self) -> int:
        """How many tokens are held for an answer, a quarter of the window at most.

        Vendors give some models a longest answer as long as their window.
        """
        return min(self.max_output or _UNKNOWN_OUTPUT, self.window // 4)

    @property
    def recap(self) -> int:
        """How many tokens a recap may have: those that are held for an answer, 8,000 at most."""
        return min(self.answer, _LONGEST_RECAP)

    @property
    def file(self) -> int:
        """How many tokens of one file are attached to a recap."""
        return self.window // 40

    @property
    def attachments(self) -> int:
        """How many tokens may be attached to a recap, files and skills together."""
        return self.window // 4

    @property
    def words(self) -> int:
        """How many tokens of the user's own words go with a recap."""
        return self.window // 20

    @property
    def kept(self) -> int:
        """How many tokens the rounds may have that are kept word for word."""
        return self.window // 8

    def output_room(self, used: int) -> int:
        """Tell how many tokens an answer may have when *used* are taken; 0 if there is no room.

        A fiftieth of what is used is held back, since it may be an estimate.
        """
        left = max(0, self.window - used - used // 50)
        return left if self.max_output is None else min(self.max_output, left)
