"""What the vendors' formats cost: decoding their answers, encoding conversations that grow.

No socket is in this; `benchmarks.providers` has those.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import attrs

from benchmarks.chat_server import answer_chunks
from benchmarks.effort import FULL, Effort
from benchmarks.row import MICROSECONDS, PER_SECOND, Reading, Row, at_least
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    tool_call_message,
    tool_result_message,
)
from sagent.model import ModelRequest
from sagent.providers import Anthropic, Google, HttpProvider, OpenAI, OpenAICompat
from sagent.providers._wires.sse import EventDecoder
from sagent.providers._wires.wire import Wire

EARLY = range(6, 16)
LATE = range(976, 1026)
HELLO = ModelRequest(messages=(TextMessage("Say something.", Descriptor.USER),))


def rows(effort: Effort = FULL) -> list[Row]:
    """Measure all, in some fifteen seconds."""
    return [
        *_framing(effort),
        *(_decoding(effort, dialect) for dialect in DIALECTS),
        *(_encoding(effort, dialect) for dialect in DIALECTS),
    ]


# Answers. All but chat's are told as the vendors' documentation shows them, a delta an event.


type Json = Mapping[str, object]


def _event(value: Json, name: str = "") -> bytes:
    named = f"event: {name}\n" if name else ""
    return f"{named}data: {json.dumps(value, separators=(',', ':'))}\n\n".encode()


def _anthropic_chunks(words: int) -> list[bytes]:
    message: Json = {
        "id": "msg_0123456789abcdef01234567",
        "type": "message",
        "role": "assistant",
        "model": "canned",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 20, "output_tokens": 1},
    }
    deltas = [{"type": "text_delta", "text": f" word{number}"} for number in range(words)]
    events: list[Json] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": words},
        },
        {"type": "message_stop"},
    ]
    return [_event(event, str(event["type"])) for event in events]


def _responses_chunks(words: int) -> list[bytes]:
    name = "msg_0123456789abcdef0123456789abcdef0123456789abcdef"
    said = [f" word{number}" for number in range(words)]
    part: Json = {"type": "output_text", "annotations": [], "text": "".join(said)}
    item: Json = {"id": name, "type": "message", "role": "assistant", "content": [part]}
    usage = {"input_tokens": 20, "output_tokens": words}
    response: Json = {"id": "resp_0123", "model": "canned", "output": [item], "usage": usage}
    delta: Json = {
        "type": "response.output_text.delta",
        "item_id": name,
        "output_index": 0,
        "content_index": 0,
        "logprobs": [],
        "obfuscation": "rGq4wkoEpc",
    }
    events: list[Json] = [
        *({**delta, "delta": word} for word in said),
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": response},
    ]
    return [
        _event({**event, "sequence_number": number}, str(event["type"]))
        for number, event in enumerate(events)
    ]


def _google_chunks(words: int) -> list[bytes]:
    def event(number: int) -> bytes:
        more = {"finishReason": "STOP"} if number == words - 1 else {}
        content = {"parts": [{"text": f" word{number}"}], "role": "model"}
        usage = {
            "promptTokenCount": 20,
            "candidatesTokenCount": number + 1,
            "totalTokenCount": number + 21,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 20}],
        }
        return _event(
            {
                "candidates": [{"content": content, "index": 0, **more}],
                "usageMetadata": usage,
                "modelVersion": "canned",
                "responseId": "0123456789abcdef01234567",
            }
        ).replace(b"\n", b"\r\n")

    return [event(number) for number in range(words)]


@attrs.frozen
class Dialect:
    """A vendor's format, and an answer in it: an event, and a chunk of bytes, a word."""

    name: str
    provider: HttpProvider
    chunks: Callable[[int], list[bytes]]

    def wire(self) -> Wire:
        return self.provider.wire(self.provider.DEFAULT_MODEL or "canned")


DIALECTS = (
    Dialect("chat", OpenAICompat(base_url="http://127.0.0.1/v1"), answer_chunks),
    Dialect("anthropic", Anthropic(), _anthropic_chunks),
    Dialect("responses", OpenAI(), _responses_chunks),
    Dialect("google", Google(), _google_chunks),
)


# Decoding.


def _framing(effort: Effort) -> list[Row]:
    chunks = answer_chunks(effort.times(20_000))
    block = b"".join(chunks)
    blocks = [block[start : start + 16384] for start in range(0, len(block), 16384)]
    single, grouped = (
        len(chunks) / seconds
        for seconds in effort.medians(
            lambda: _seconds(lambda: _frame(chunks)), lambda: _seconds(lambda: _frame(blocks))
        )
    )
    target = at_least(100_000)
    return [
        Row(what="SSE events, a chunk each", ours=single, unit=PER_SECOND, target=target),
        Row(what="SSE events, chunks of 16 KB", ours=grouped, unit=PER_SECOND, target=target),
    ]


def _decoding(effort: Effort, dialect: Dialect) -> Row:
    chunks = dialect.chunks(effort.times(20_000))
    said, wire = payloads(chunks), dialect.wire()
    ours, anchor = (
        len(chunks) / seconds
        for seconds in effort.medians(
            lambda: _seconds(lambda: decode(wire, chunks)),
            lambda: _seconds(lambda: parse(said)),
        )
    )
    return Row(
        what=f"{dialect.name}: bytes to model events / json.loads alone",
        ours=ours,
        anchor=anchor,
        unit=PER_SECOND,
        reading=Reading.RATE,
        target=at_least(100_000),
    )


def payloads(chunks: Sequence[bytes]) -> list[bytes]:
    return [chunk[chunk.index(b"data: ") + 6 :] for chunk in chunks if chunk[6:7] != b"["]


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _frame(chunks: Sequence[bytes]) -> None:
    decoder = EventDecoder()
    for chunk in chunks:
        for _ in decoder.feed(chunk):
            pass


def decode(wire: Wire, chunks: Sequence[bytes]) -> None:
    events, decoder = EventDecoder(), wire.decoder(HELLO)
    for chunk in chunks:
        for event in events.feed(chunk):
            for _ in decoder.feed(event.data):
                pass
    for _ in decoder.close():
        pass


def parse(said: Sequence[bytes]) -> None:
    for payload in said:
        json.loads(payload)


# Encoding. A turn is a question, a call with its result, and an answer; what is timed is the
# request that follows its question.


def _encoding(effort: Effort, dialect: Dialect) -> Row:
    early, late = (_request_bytes(dialect, turns.start) for turns in (EARLY, LATE))
    early_s, late_s = effort.medians(
        partial(_encode_s, dialect, EARLY), partial(_encode_s, dialect, LATE)
    )
    return Row(
        what=f"{dialect.name}: encoding turn 1,000 / turn 10, bytes {late / early:.0f}x",
        ours=late_s,
        anchor=early_s,
        unit=MICROSECONDS,
    )


def _encode_s(dialect: Dialect, turns: range) -> float:
    wire = dialect.wire()
    taken: list[float] = []
    for number, history in enumerate(_histories(turns.stop)):
        request = ModelRequest(messages=history)
        start = time.perf_counter()
        wire.encode(request)
        if number in turns:
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _request_bytes(dialect: Dialect, turn: int) -> int:
    *_, history = _histories(turn)
    return len(dialect.wire().encode(ModelRequest(messages=history)))


def _histories(turns: int) -> Iterator[tuple[Message, ...]]:
    messages: list[Message] = []
    for number in range(turns):
        messages.append(TextMessage("What does it say there?", Descriptor.USER))
        yield tuple(messages)
        call = tool_call_message("read", {"path": "there.txt"}, call_id=f"call_{number}")
        said = TextMessage("I shall have a look.")
        messages.append(MultipartMessage((said, call), Descriptor.MODEL))
        messages.append(tool_result_message(call, TextMessage("It says: nothing to see here.")))
        messages.append(MultipartMessage((TextMessage("Nothing."),), Descriptor.MODEL))
