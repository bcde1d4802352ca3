"""One answer of a few words, and one call of a tool, as each vendor's API streams it.

After Anthropic's Messages, OpenAI's Responses and its Chat Completions, and Google's Gemini API.
"""

import json
from collections.abc import Callable, Iterable, Mapping

import attrs

WORDS = tuple(f" word{number}" for number in range(20))
USAGE_TOKENS = 20


@attrs.frozen
class Call:
    """Which tool is called, and with what, as a model writes it: the text of a JSON object."""

    tool: str
    arguments: str


@attrs.frozen
class Dialect:
    """What a server of one API says.

    Attributes:
        path: how the paths end that it answers.
        answer: the body of an answer in words.
        call: the body of an answer that calls a tool.
        result_mark: what stands in a request with the result of a call, but for spaces.
    """

    path: str
    answer: bytes
    call: Callable[[Call], bytes]
    result_mark: bytes

    def has_result(self, body: bytes) -> bool:
        """Tell whether a request with *body* holds the result of a call."""
        return self.result_mark in body.replace(b" ", b"")


def _named(events: Iterable[Mapping[str, object]]) -> bytes:
    """Write events that are named by their type, as Messages and Responses have them."""
    return b"".join(
        b"event: %b\ndata: %b\n\n" % (str(event["type"]).encode(), json.dumps(event).encode())
        for event in events
    )


def _message(block: Mapping[str, object], deltas: Iterable[object], reason: str) -> bytes:
    usage = {"input_tokens": USAGE_TOKENS, "output_tokens": 1}
    message: dict[str, object] = {
        "id": "msg_0123456789",
        "type": "message",
        "role": "assistant",
        "model": "canned",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    end = {"stop_reason": reason, "stop_sequence": None}
    return _named(
        [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": end, "usage": {"output_tokens": USAGE_TOKENS}},
            {"type": "message_stop"},
        ]
    )


def _messages_call(call: Call) -> bytes:
    block: dict[str, object] = {
        "type": "tool_use",
        "id": "toolu_0123456789",
        "name": call.tool,
        "input": {},
    }
    delta = {"type": "input_json_delta", "partial_json": call.arguments}
    return _message(block, [delta], "tool_use")


MESSAGES = Dialect(
    path="/messages",
    answer=_message(
        {"type": "text", "text": ""},
        [{"type": "text_delta", "text": word} for word in WORDS],
        "end_turn",
    ),
    call=_messages_call,
    result_mark=b'"tool_result"',
)


def _response(
    begun: Mapping[str, object], deltas: Iterable[Mapping[str, object]], item: object
) -> bytes:
    head = {"id": "resp_0123456789", "object": "response", "model": "canned"}
    usage = {
        "input_tokens": USAGE_TOKENS,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": USAGE_TOKENS,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2 * USAGE_TOKENS,
    }
    done = {**head, "status": "completed", "output": [item], "usage": usage}
    events: list[dict[str, object]] = [
        {"type": "response.created", "response": {**head, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        *({**delta, "output_index": 0} for delta in deltas),
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": done},
    ]
    return _named({**event, "sequence_number": number} for number, event in enumerate(events))


def _response_answer() -> bytes:
    item = {"type": "message", "id": "msg_0123456789", "role": "assistant"}
    part: dict[str, object] = {"type": "output_text", "text": "".join(WORDS), "annotations": []}
    place = {"item_id": "msg_0123456789", "content_index": 0}
    begun = {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    deltas = [{"type": "response.output_text.delta", **place, "delta": word} for word in WORDS]
    ended = {"type": "response.output_text.done", **place, "text": part["text"]}
    return _response(
        {**item, "status": "in_progress", "content": []},
        [begun, *deltas, ended],
        {**item, "status": "completed", "content": [part]},
    )


def _response_call(call: Call) -> bytes:
    item = {
        "type": "function_call",
        "id": "fc_0123456789",
        "call_id": "call_0123456789",
        "name": call.tool,
    }
    arguments = call.arguments
    place = {"item_id": "fc_0123456789"}
    return _response(
        {**item, "arguments": "", "status": "in_progress"},
        [
            {"type": "response.function_call_arguments.delta", **place, "delta": arguments},
            {"type": "response.function_call_arguments.done", **place, "arguments": arguments},
        ],
        {**item, "arguments": arguments, "status": "completed"},
    )


RESPONSES = Dialect(
    path="/responses",
    answer=_response_answer(),
    call=_response_call,
    result_mark=b'"function_call_output"',
)


def _completion(deltas: Iterable[object], reason: str) -> bytes:
    head = {
        "id": "chatcmpl-0123456789",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "canned",
    }
    usage = {
        "prompt_tokens": USAGE_TOKENS,
        "completion_tokens": USAGE_TOKENS,
        "total_tokens": 2 * USAGE_TOKENS,
    }
    choices = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": reason})
    chunks: list[dict[str, object]] = [{**head, "choices": [choice]} for choice in choices]
    chunks.append({**head, "choices": [], "usage": usage})
    events = [b"data: %b\n\n" % json.dumps(chunk).encode() for chunk in chunks]
    return b"".join([*events, b"data: [DONE]\n\n"])


def _completions_call(call: Call) -> bytes:
    function = {"name": call.tool, "arguments": call.arguments}
    made = {"index": 0, "id": "call_0123456789", "type": "function", "function": function}
    return _completion([{"role": "assistant", "content": None, "tool_calls": [made]}], "tool_calls")


COMPLETIONS = Dialect(
    path="/chat/completions",
    answer=_completion(
        [{"role": "assistant", "content": ""}, *({"content": word} for word in WORDS)], "stop"
    ),
    call=_completions_call,
    result_mark=b'"role":"tool"',
)


def _generated(parts: Iterable[Mapping[str, object]]) -> bytes:
    usage = {
        "promptTokenCount": USAGE_TOKENS,
        "candidatesTokenCount": USAGE_TOKENS,
        "totalTokenCount": 2 * USAGE_TOKENS,
    }
    contents = [{"index": 0, "content": {"role": "model", "parts": [part]}} for part in parts]
    last: dict[str, object] = {
        "index": 0,
        "content": {"role": "model", "parts": []},
        "finishReason": "STOP",
    }
    chunks: list[dict[str, object]] = [{"candidates": [content]} for content in contents]
    chunks.append({"candidates": [last], "usageMetadata": usage})
    return b"".join(b"data: %b\r\n\r\n" % json.dumps(chunk).encode() for chunk in chunks)


def _generated_call(call: Call) -> bytes:
    return _generated([{"functionCall": {"name": call.tool, "args": json.loads(call.arguments)}}])


GENERATIONS = Dialect(
    path=":streamGenerateContent",
    answer=_generated({"text": word} for word in WORDS),
    call=_generated_call,
    result_mark=b'"functionResponse"',
)

DIALECTS = (MESSAGES, RESPONSES, COMPLETIONS, GENERATIONS)
