"""Histories as the `contents` of Gemini's generateContent.

Sources: https://ai.google.dev/api/generate-content,
https://ai.google.dev/gemini-api/docs/function-calling and .../thought-signatures.

User and model take turns. The content after a model's calls holds exactly one functionResponse for
each of them, in their order, and whatever else the user says. What the model signed comes back as
it was, each signature in its own part.
"""

import base64
from collections.abc import Iterable, Iterator, Sequence

import attrs

from sagent.errors import UsageError
from sagent.lib.json import JsonValue, json_unfreeze
from sagent.message import (
    BytesMessage,
    Descriptor,
    JsonMessage,
    Message,
    MultipartMessage,
    TextMessage,
    get_directive,
    get_queue_id,
    get_tool_name,
    is_error,
    response_text,
    response_tool_calls,
    result_text,
)
from sagent.providers._wires.echo import blocks_of
from sagent.providers._wires.transcript import Transcripts, dump

type Part = dict[str, JsonValue]

WIRE = "google"
CALL_ID = "callId"
"""The field of an echo that keeps a call's id, which belongs into its functionCall."""
MEDIA_TYPES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/heic",
        "image/heif",
        "application/pdf",
    }
)
"""What Gemini looks at; of other bytes the model is told what they are."""
_UNSIGNED = "skip_thought_signature_validator"
"""What Google's documentation gives for calls that no Gemini made."""
_NOTHING_SAID = "(no message)"
_NO_RESULT = "(no result)"


@attrs.frozen
class _Call:
    queue_id: str
    name: str
    id: str
    """What Gemini called it, "" if it did not, or if another vendor's model made the call."""


type Unanswered = Sequence[_Call] | None
"""The calls of the content before, if it was the model's; None if it was the user's."""


@attrs.define
class GoogleEncoder:
    """Writes histories; what was closed is not written anew."""

    signs: bool
    """Whether the model refuses a turn whose first call has no signature."""
    _transcripts: Transcripts[Unanswered] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._transcripts = Transcripts(self._contents, ())

    def encode(self, messages: Sequence[Message]) -> bytes:
        """Write *messages* as contents with commas between them."""
        return self._transcripts.encode(messages, last=self._last) or dump(_content("user", ()))

    def _last(
        self, group: Sequence[Message], before: Unanswered
    ) -> tuple[list[JsonValue], Unanswered]:
        contents, unanswered = self._contents(group, before)
        if unanswered:
            contents.append(_content("user", _answers([], unanswered)))
        return contents, unanswered

    def _contents(
        self, group: Sequence[Message], before: Unanswered
    ) -> tuple[list[JsonValue], Unanswered]:
        message = group[0]
        if not (isinstance(message, MultipartMessage) and message.descriptor == Descriptor.MODEL):
            return [_content("user", _answers(group, before or ()))], None
        parts = list(_model_parts(message))
        if self.signs:
            _sign(parts)
        between = [] if before is None else [_content("user", _answers([], before))]
        return [*between, _content("model", parts)], _calls(message, parts)


def _content(role: str, parts: Iterable[Part]) -> JsonValue:
    return {"role": role, "parts": [*parts] or [{"text": _NOTHING_SAID}]}


def _model_parts(message: MultipartMessage) -> Iterator[Part]:
    for part in blocks_of(message, WIRE, _model_part):
        if not isinstance(part, dict) or part == {"text": ""}:
            continue
        function_call = part.get("functionCall")
        if isinstance(function_call, dict) and CALL_ID in part:
            function_call["id"] = part.pop(CALL_ID)
        yield part


def _model_part(part: Message) -> Part:
    match part:
        case TextMessage(content=content, descriptor=Descriptor.THINKING):
            return {"text": content, "thought": True}
        case MultipartMessage(descriptor=Descriptor.TOOL_CALL):
            return {"functionCall": {"name": _name(part), "args": _arguments(part)}}
        case TextMessage() | BytesMessage() | JsonMessage():
            return _part(part)
        case MultipartMessage():
            return {"text": response_text(part)}


def _arguments(call: MultipartMessage) -> JsonValue:
    try:
        return json_unfreeze(get_directive(call))
    except UsageError:
        return {}  # the error result says what was wrong


def _name(call: MultipartMessage) -> str:
    return get_tool_name(call) or "unknown"


def _sign(parts: Iterable[Part]) -> None:
    first = next((part for part in parts if "functionCall" in part), None)
    if first is not None:
        first.setdefault("thoughtSignature", _UNSIGNED)


def _calls(message: MultipartMessage, parts: Iterable[Part]) -> list[_Call]:
    written = [part["functionCall"] for part in parts if "functionCall" in part]
    ids = [str(call.get("id", "")) if isinstance(call, dict) else "" for call in written]
    calls = response_tool_calls(message)
    return [
        _Call(get_queue_id(call), _name(call), call_id)
        for call, call_id in zip(calls, ids, strict=False)
    ]


def _answers(group: Sequence[Message], calls: Sequence[_Call]) -> Iterator[Part]:
    """Write what came after *calls*: their results, the media in those, then the rest."""
    results: dict[str, MultipartMessage] = {}
    rest: list[Message] = []
    asked = {call.queue_id for call in calls}
    for message in group:
        if isinstance(message, MultipartMessage) and message.descriptor == Descriptor.TOOL_RESULT:
            call_id = get_queue_id(message)
            if call_id in asked and call_id not in results:
                results[call_id] = message
                continue
        rest.append(message)
    for call in calls:
        yield _response(call, results.get(call.queue_id))
    for call in calls:
        yield from _media_in(results.get(call.queue_id))
    for message in rest:
        yield from _user_parts(message)


def _response(call: _Call, result: MultipartMessage | None) -> Part:
    key = "error" if result is not None and is_error(result) else "result"
    text = result_text(result) if result is not None else ""
    response: Part = {"id": call.id} if call.id else {}
    response |= {"name": call.name, "response": {key: text or _NO_RESULT}}
    return {"functionResponse": response}


def _media_in(message: Message | None) -> Iterator[Part]:
    match message:
        case MultipartMessage(content=parts):
            for part in parts:
                yield from _media_in(part)
        case BytesMessage() if _is_seen(message):
            yield _part(message)
        case _:
            pass


def _user_parts(message: Message) -> Iterator[Part]:
    match message:
        case MultipartMessage(descriptor=Descriptor.TOOL_RESULT):  # its call is not there
            yield from _user_parts(TextMessage(result_text(message)))
            yield from _media_in(message)
        case MultipartMessage(content=parts):
            for part in parts:
                yield from _user_parts(part)
        case TextMessage(content=""):
            pass
        case TextMessage() | BytesMessage() | JsonMessage():
            yield _part(message)


def _part(message: TextMessage | BytesMessage | JsonMessage) -> Part:
    match message:
        case TextMessage(content=content):
            return {"text": content}
        case JsonMessage(content=content):
            return {"text": dump(json_unfreeze(content)).decode()}
        case BytesMessage(content=content, descriptor=descriptor):
            if not _is_seen(message):
                return {"text": result_text(message)}
            encoded = base64.b64encode(content).decode()
            return {"inlineData": {"mimeType": descriptor, "data": encoded}}


def _is_seen(message: BytesMessage) -> bool:
    return bool(message.content) and message.descriptor in MEDIA_TYPES
