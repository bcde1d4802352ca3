"""Thinking inside of what servers stream: tags in the text, lists of details, growing chunks."""

from itertools import pairwise
from typing import Literal

import attrs

from sagent.lib.json import JSON
from sagent.providers._wires.fields import Fields, text_in

_TAGS = ("<think>", "<mm:think>")
_LONGEST_LEAD = 64
"""So much white space before a tag is not held back any longer."""
_LONG = 16
"""So many characters do not stand at the start of the next increment by chance."""


@attrs.define
class ThinkTags:
    """Parts thinking from text where a model writes both as one, the thinking first, in tags.

    `opening` and `closing` are what stood round the thinking, white space included.
    """

    opening: str = attrs.field(default="", init=False)
    closing: str = attrs.field(default="", init=False)
    is_past: bool = attrs.field(default=False, init=False)
    """Whether all that comes is text; to be set where thinking came another way."""
    _end: str = attrs.field(default="", init=False)
    _held: str = attrs.field(default="", init=False)

    def feed(self, text: str) -> tuple[str, str]:
        """Give the thinking and the text that *text* adds."""
        text, self._held = self._held + text, ""
        if self.is_past:
            return "", text
        if not self.opening:
            start = text.lstrip()
            tag = next((tag for tag in _TAGS if start.startswith(tag)), "")
            if not tag:
                return self._before_tag(text, start)
            self._end = f"</{tag[1:]}"
            whole = len(text) - len(start) + len(tag)
            self.opening, text = text[:whole], text[whole:]
        thinking = ""
        if not self.closing:
            thinking, self.closing, text = text.partition(self._end)
            if not self.closing:
                return self._but_held(thinking), ""
        answer = text.lstrip()
        self.closing += text[: len(text) - len(answer)]
        self.is_past = bool(answer)
        return thinking, answer

    def end(self) -> tuple[str, str]:
        """Give what was held back, which is not to be a tag any more."""
        held, self._held, self.is_past = self._held, "", True
        return (held, "") if self.opening else ("", held)

    def _before_tag(self, text: str, start: str) -> tuple[str, str]:
        if len(text) <= _LONGEST_LEAD and any(tag.startswith(start) for tag in _TAGS):
            self._held = text
            return "", ""
        self.is_past = True
        return "", text

    def _but_held(self, thinking: str) -> str:
        for size in range(min(len(self._end) - 1, len(thinking)), 0, -1):
            if thinking.endswith(self._end[:size]):
                self._held = thinking[-size:]
                return thinking[:-size]
        return thinking


@attrs.define
class Growth:
    """Tells what a chunk adds, where a server sends increments or else all of the text so far.

    The first chunk is both. Chunks that begin with the one before are held back until it is clear:
    "1", "1" may be eleven.
    """

    _mode: Literal["open", "growing", "increments"] = attrs.field(default="open", init=False)
    _first: str = attrs.field(default="", init=False)
    _whole: str = attrs.field(default="", init=False)
    _held: list[str] = attrs.field(factory=list[str], init=False)

    def feed(self, chunk: str) -> str:
        """Give what *chunk* adds."""
        if self._mode == "increments" or not chunk:
            return chunk
        before, self._whole = self._whole, chunk
        if not before:
            self._first = chunk
            return chunk
        if not chunk.startswith(before):
            return self._increment(before, chunk)
        if self._mode == "growing":
            return chunk[len(before) :]
        if len(before) >= _LONG:
            self._mode = "growing"
            return chunk[len(self._first) :]
        self._held.append(chunk)
        return ""

    def end(self) -> str:
        """Give what is held back still."""
        if self._mode != "open" or not self._held:
            return ""
        chunks = [self._first, *self._held]
        grew = all(len(more) > len(less) for less, more in pairwise(chunks))
        return self._whole[len(self._first) :] if grew else "".join(self._held)

    def _increment(self, before: str, chunk: str) -> str:
        if self._mode == "growing":
            self._whole = before + chunk
            return chunk
        self._mode = "increments"
        return "".join(self._held) + chunk


@attrs.define
class _Detail:
    key: str
    """Under which its text stands; "" if it has none."""
    fields: dict[str, JSON]
    text: list[str] = attrs.field(factory=list[str])
    growth: Growth = attrs.field(factory=Growth)

    def whole(self) -> JSON:
        return {**self.fields, self.key: "".join(self.text)} if self.key else self.fields


@attrs.define
class Details:
    """Gathers ``reasoning_details``, as MiniMax and OpenRouter send them and want them back."""

    _growing: bool
    _details: dict[object, _Detail] = attrs.field(factory=dict[object, _Detail], init=False)
    has_text: bool = attrs.field(default=False, init=False)

    def feed(self, pieces: list[Fields]) -> str:
        """Give the thinking that *pieces* add."""
        return "".join(map(self._add, pieces))

    def end(self) -> str:
        """Give the thinking that was held back."""
        shown: list[str] = []
        for detail in self._details.values():
            detail.text.append(detail.growth.end())
            shown.append(detail.text[-1])
        return "".join(shown)

    def whole(self) -> list[JSON]:
        """Give the details, each put together."""
        return [detail.whole() for detail in self._details.values()]

    def _add(self, piece: Fields) -> str:
        key = next((key for key in ("text", "summary") if isinstance(piece.get(key), str)), "")
        place = piece.get("index")
        name = (text_in(piece, "type"), place if isinstance(place, int) else text_in(piece, "id"))
        detail = self._details.setdefault(name, _Detail(key, {}))
        detail.key = detail.key or key
        self.has_text = self.has_text or bool(key)
        for field, value in piece.items():
            if field != detail.key and (value is not None or field not in detail.fields):
                detail.fields[field] = value
        chunk = text_in(piece, detail.key) if detail.key else ""
        added = detail.growth.feed(chunk) if self._growing else chunk
        detail.text.append(added)
        return added
