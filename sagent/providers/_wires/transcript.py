"""Conversations as JSON, of which nothing is written twice."""

import json
from collections.abc import Callable, Iterable, Sequence
from weakref import WeakKeyDictionary, ref

import attrs

from sagent.lib.json import JsonValue
from sagent.message import Descriptor, Message

type Write[S] = Callable[[Sequence[Message], S], tuple[Iterable[JsonValue], S]]
"""Writes a group, given what the groups before it leave open; gives that of what comes after."""


def dump(value: JsonValue) -> bytes:
    """Write *value* as UTF-8, lone surrogates replaced, since servers refuse them."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="replace")


@attrs.frozen
class _Closed[S]:
    count: int
    joined: bytes
    state: S


# What a WeakKeyDictionary of its own for each conversation would be, in a third of the objects.
type _Ends[S] = dict[ref[Message], _Closed[S]]


@attrs.define(eq=False)
class Transcripts[S]:
    """Writes conversations that grow at their end, any number side by side.

    A group is a model's message, or all messages between two of those: vendors want the results of
    one turn's calls together. The last group is open, for it may grow; the bytes of all before it
    are kept, as long as the last message among them lives. A conversation that is changed in its
    midst is a new one: the messages after the change are to be others, as those are whose
    `parent_id` names the changed one.

    S is what a group has to know of those before it, such as the calls that have no result yet.
    """

    _write: Write[S]
    _start: S
    _known: WeakKeyDictionary[Message, _Ends[S]] = attrs.field(
        factory=WeakKeyDictionary[Message, _Ends[S]], init=False
    )
    """By the first message of each, and by the last one that was closed."""

    def encode(self, messages: Sequence[Message], *, last: Write[S] | None = None) -> bytes:
        """Write *messages* as items with commas between them; *last* writes the open group."""
        if not messages:
            return b""
        opened = _start_of_last_group(messages)
        ends = self._known.get(messages[0])
        known = _longest(ends, messages, opened) if ends else None
        count, state = (known.count, known.state) if known else (0, self._start)
        items = [known.joined] if known and known.joined else []
        for group in _groups(messages[count:opened]):
            written, state = self._write(group, state)
            items += map(dump, written)
        if opened > count:
            items = [b",".join(items)]
            if ends is None:
                ends = self._known[messages[0]] = {}
            if known:  # nobody but a fork will ask for less than this
                del ends[ref(messages[count - 1])]
            ends[ref(messages[opened - 1], ends.pop)] = _Closed(opened, items[0], state)
        written, _ = (last or self._write)(messages[opened:], state)
        return b",".join([*filter(None, items), *map(dump, written)])


def _longest[S](ends: _Ends[S], messages: Sequence[Message], opened: int) -> _Closed[S] | None:
    for count in range(opened, 0, -1):
        known = ends.get(ref(messages[count - 1]))
        if known and known.count == count:
            return known
    return None


def _start_of_last_group(messages: Sequence[Message]) -> int:
    start = len(messages) - 1
    if not by_model(messages[start]):
        while start > 0 and not by_model(messages[start - 1]):
            start -= 1
    return start


def _groups(messages: Sequence[Message]) -> Iterable[Sequence[Message]]:
    start = 0
    for end in range(1, len(messages) + 1):
        if end == len(messages) or by_model(messages[end]) or by_model(messages[start]):
            yield messages[start:end]
            start = end


def by_model(message: Message) -> bool:
    """Tell whether a model said *message*."""
    return message.descriptor == Descriptor.MODEL
