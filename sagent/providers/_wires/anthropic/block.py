"""A content block of Anthropic's, while it comes."""

import json

import attrs

from sagent.errors import JsonError
from sagent.lib.json import JSON, JsonValue, json_unfreeze
from sagent.message import Descriptor, MultipartMessage, TextMessage
from sagent.providers._wires.echo import Gathering
from sagent.providers._wires.fields import Fields, directive_in, objects_in, text_in

_OURS = frozenset({"text", "tool_use"})
"""Blocks of which nothing but what is known here is taken in."""


@attrs.define
class OpenBlock:
    """A block as it began, and what was added to it since."""

    kind: str
    begun: Fields
    citations: list[JSON] = attrs.field(factory=list["JSON"], init=False)
    call: MultipartMessage | None = attrs.field(default=None, init=False)
    """The call that it is, once it is whole."""
    _added: dict[str, list[str]] = attrs.field(factory=dict[str, list[str]], init=False)
    """Texts by the name of their field; the input of a call as JSON."""

    def add(self, field: str, more: str) -> None:
        """Add *more* to the text of *field*."""
        self._added.setdefault(field, []).append(more)

    def extend(self, delta: Fields) -> None:
        """Take in a *delta* of a kind that is not known here, a signature among others."""
        for field, more in delta.items():
            grows = isinstance(self.begun.get(field, ""), str | None)
            if isinstance(more, str) and grows and field != "type" and self.kind not in _OURS:
                self.add(field, more)

    def directive(self) -> JSON:
        """Read the input of a call; what is no JSON stays as the model wrote it."""
        raw = "".join(self._added.get("input", ()))
        given = self.begun.get("input")
        return directive_in(raw if raw.strip() or not given else json.dumps(given))

    def gather(self, gathering: Gathering) -> None:
        """Add the block, which is whole now, to *gathering*."""
        match self.kind:
            case "text" if text := self._whole("text"):
                gathering.add(TextMessage(text), self._rest("text", "citations") | self._cited())
            case "thinking" if thinking := self._whole("thinking"):
                more = self._rest("thinking", "signature") | self._signed()
                gathering.add(TextMessage(thinking, Descriptor.THINKING), more)
            case "thinking" if self._signed():
                gathering.add_opaque({"type": "thinking", "thinking": "", **self._signed()})
            case "tool_use" if self.call is not None:
                gathering.add(self.call, self._rest("id", "name", "input"))
            case "" | "text" | "thinking" | "tool_use":
                pass  # nothing that anybody could want back
            case _:
                gathering.add_opaque(self._opaque())

    def _whole(self, field: str) -> str:
        return text_in(self.begun, field) + "".join(self._added.get(field, ()))

    def _rest(self, *known: str) -> dict[str, JsonValue]:
        rest = {key: _plain(self.begun[key]) for key in self.begun if key not in {"type", *known}}
        return {key: value for key, value in rest.items() if value is not None}

    def _signed(self) -> dict[str, JsonValue]:
        signature = self._whole("signature")
        return {"signature": signature} if signature else {}

    def _cited(self) -> dict[str, JsonValue]:
        cited = [*objects_in(self.begun.get("citations")), *self.citations]
        return {"citations": _plain(cited)} if cited else {}

    def _opaque(self) -> JsonValue:
        whole = {key: _plain(self.begun[key]) for key in self.begun}
        whole |= {field: self._whole(field) for field in self._added if field != "input"}
        if "".join(self._added.get("input", ())).strip():
            whole["input"] = _plain(self.directive())
        return whole


def _plain(value: JSON) -> JsonValue:
    try:
        return json_unfreeze(value)
    except JsonError:
        return None  # NaN and its kind, which no vendor takes back
