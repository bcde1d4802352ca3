"""How much of a conversation the results of tools may take up."""

from typing import Self

import attrs

_RESULT_CHARS = 40_000
"""A longer result is kept on disk: it is some 10,000 tokens."""
_RESPONSE_CHARS = 160_000
"""What the results of one response may have together."""
_LEAST_CHARS = 2_000
"""What a result may have however much the others took: as much as a preview."""
_CHARS_PER_TOKEN = 4
_RESULT_SHARE = 8
_RESPONSE_SHARE = 4
_DEFAULT_WINDOW = 128_000


@attrs.define
class Room:
    """What the results of one response may have of the conversation, in characters.

    A result gets an eighth of the model's window at most, and those of one response a fourth,
    whoever comes first.
    """

    _result_chars: int
    _chars: int
    """What is left for the response."""

    @classmethod
    def in_window(cls, tokens: int | None) -> Self:
        """Make the room that there is in a window of so many *tokens*; None if nobody knows."""
        chars = (tokens or _DEFAULT_WINDOW) * _CHARS_PER_TOKEN
        return cls(
            min(chars // _RESULT_SHARE, _RESULT_CHARS),
            min(chars // _RESPONSE_SHARE, _RESPONSE_CHARS),
        )

    @property
    def most_chars(self) -> int:
        """How long the next result may be."""
        return max(min(self._result_chars, self._chars), _LEAST_CHARS)

    def take(self, chars: int) -> None:
        """Give *chars* of it away."""
        self._chars -= chars
