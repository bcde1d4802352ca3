"""What a running tool has shown that nobody has asked for yet."""

import attrs

from sagent.tool import TaskOutput

_MOST_CHARS = 65_536


@attrs.define(eq=False)
class Unread:
    """Keeps the newest 65,536 characters that a tool reports until they are read."""

    _text: str = attrs.field(default="", init=False)
    _omitted_chars: int = attrs.field(default=0, init=False)

    @property
    def chars(self) -> int:
        """How many characters wait to be read."""
        return min(len(self._text), _MOST_CHARS)

    def put(self, text: str) -> None:
        """Keep *text*, and of what is too much the newest."""
        self._text += text
        # Cut rarely: what is kept is copied.
        if len(self._text) > 2 * _MOST_CHARS:
            self._cut()

    def take(self, max_chars: int) -> TaskOutput:
        """Give the oldest *max_chars* characters; they are read then."""
        self._cut()
        text, self._text = self._text[:max_chars], self._text[max_chars:]
        omitted_chars, self._omitted_chars = self._omitted_chars, 0
        return TaskOutput(text=text, omitted_chars=omitted_chars, unread_chars=len(self._text))

    def _cut(self) -> None:
        over = len(self._text) - _MOST_CHARS
        if over > 0:
            self._text = self._text[over:]
            self._omitted_chars += over
