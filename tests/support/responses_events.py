"""What a server of the Responses API sends, event by event."""

import json
from typing import Any

from sagent.model import ModelEvent, ModelResponse, ResponseDone
from sagent.providers._wires.responses.decoder import ResponsesDecoder

type Event = dict[str, Any]  # as a server sends it

COMPLETED: Event = {"type": "response.completed", "response": {"model": "gpt-5.5-2026", "output": []}}  # fmt: skip


def events(*sent: object) -> list[ModelEvent]:
    decoder = ResponsesDecoder()
    return [
        *(event for each in sent for event in decoder.feed(written(each))),
        *decoder.close(),
    ]


def written(event: object) -> str:
    return event if isinstance(event, str) else json.dumps(event)


def response(*sent: object) -> ModelResponse:
    last = events(*sent)[-1]
    assert isinstance(last, ResponseDone)
    return last.response


def text_delta(text: str) -> Event:
    return {"type": "response.output_text.delta", "item_id": "msg_1", "delta": text}


def done(**item: object) -> Event:
    return {"type": "response.output_item.done", "output_index": 0, "item": item}


def message(*texts: str, **more: object) -> Event:
    content: list[Event] = [
        {"type": "output_text", "text": text, "annotations": []} for text in texts
    ]
    fields = {"type": "message", "id": "msg_1", "role": "assistant", "content": content}
    return done(**{**fields, **more})


def call(call_id: str | None = "call_1", arguments: object = "{}", name: str = "Read") -> Event:
    fields = {"type": "function_call", "id": "fc_1", "name": name, "arguments": arguments}
    return done(**fields, **({"call_id": call_id} if call_id is not None else {}))


def reasoning(*summaries: str, **more: object) -> Event:
    summary = [{"type": "summary_text", "text": text} for text in summaries]
    fields = {"type": "reasoning", "id": "rs_1", "summary": summary, "encrypted_content": "enc"}
    return done(**{**fields, **more})


def ending(kind: str = "completed", **fields: object) -> Event:
    return {"type": f"response.{kind}", "response": fields}


ORDINARY: tuple[Event, ...] = (
    {"type": "response.created", "response": {"id": "r", "model": "gpt-5.5-2026"}},
    {"type": "response.output_item.added", "item": {"type": "reasoning", "id": "rs_1"}},
    {"type": "response.reasoning_summary_part.added", "summary_index": 0},
    {"type": "response.reasoning_summary_text.delta", "delta": "hm\u2028"},
    reasoning("hm\u2028"),
    text_delta("Sch\u00f6"),
    text_delta("n \U0001f600"),
    message("Sch\u00f6n \U0001f600"),
    {"type": "response.function_call_arguments.delta", "delta": '{"a"'},
    call("call_1", '{"file_path": "a"}'),
    call("call_2", "{}", name="Now"),
    {**COMPLETED, "response": {"usage": {"input_tokens": 5, "output_tokens": 2}}},
)
