"""Tool calls that arrive in pieces."""

import json
from collections.abc import Iterator

import attrs

from sagent.message import MultipartMessage, new_id, tool_call_message
from sagent.providers._wires.fields import Fields, directive_in, fields_of, text_in


@attrs.define
class _PendingCall:
    id: str
    name: str = ""
    arguments: list[str] = attrs.field(factory=list[str])


@attrs.define
class PendingCalls:
    """Puts calls together, however the server numbers their pieces."""

    _calls: list[_PendingCall] = attrs.field(factory=list[_PendingCall], init=False)
    _slots: dict[int, _PendingCall] = attrs.field(factory=dict[int, _PendingCall], init=False)
    _by_id: dict[str, _PendingCall] = attrs.field(factory=dict[str, _PendingCall], init=False)

    def __bool__(self) -> bool:
        return bool(self._calls)

    def feed(self, piece: Fields) -> None:
        """Take a piece of a call."""
        function = fields_of(piece.get("function"))
        pending = self._find(piece, text_in(function, "name"))
        pending.id = pending.id or text_in(piece, "id")
        self._by_id.setdefault(pending.id, pending)
        pending.name = pending.name or text_in(function, "name")
        arguments = function.get("arguments")
        if isinstance(arguments, str):
            pending.arguments.append(arguments)
        elif isinstance(arguments, dict):
            pending.arguments.append(json.dumps(arguments))

    def whole(self) -> Iterator[MultipartMessage]:
        """Give the calls, each with an id of its own."""
        taken: set[str] = set()
        for pending in self._calls:
            call_id = pending.id if pending.id and pending.id not in taken else f"call_{new_id()}"
            taken.add(call_id)
            raw = "".join(pending.arguments)
            yield tool_call_message(pending.name, directive_in(raw), call_id=call_id)

    def _find(self, piece: Fields, name: str) -> _PendingCall:
        """Give the call that *piece* goes on with, else a new one.

        A new id makes a new call, even under an old index; so does a name, if there is nothing
        else to tell calls apart.
        """
        index, call_id = piece.get("index"), text_in(piece, "id")
        if isinstance(index, int):
            pending = self._slots.get(index)
        elif call_id:
            pending = self._by_id.get(call_id)
        else:
            pending = self._calls[-1] if self._calls else None
            if pending and pending.name and name:
                pending = None
        if pending is None or (call_id and pending.id and call_id != pending.id):
            pending = _PendingCall(call_id)
            self._calls.append(pending)
            if isinstance(index, int):
                self._slots[index] = pending
        return pending
