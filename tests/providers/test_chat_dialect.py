"""A server that differs is one dialect away."""

import json

from conversations import user

from sagent.lib.json import JSON
from sagent.model import ModelInfo, ModelRequest
from sagent.providers._openai_compat import OpenAICompat, models_from
from sagent.providers._wires.chat.dialect import ChatDialect


def test_a_server_that_differs_is_told_so_in_a_dialect() -> None:
    dialect = ChatDialect(wire="acme", max_tokens="max_new_tokens", temperature="never")
    provider = OpenAICompat(base_url="http://h/v1", dialect=dialect, options={"top_k": 3})

    request = ModelRequest(messages=(user(),), max_response_tokens=9, temperature=0.5)
    body = json.loads(provider.wire("m").encode(request))

    assert body == {
        "model": "m",
        "max_new_tokens": 9,
        "stream_options": {"include_usage": True},
        "top_k": 3,
        "stream": True,
        "messages": [{"role": "user", "content": "hi"}],
    }


def test_a_list_of_models_is_read_whatever_a_gateway_calls_a_window() -> None:
    listed: JSON = {
        "data": [{"id": "a", "context_window": 5, "max_completion_tokens": 3}, {"id": "b"}]
    }

    assert models_from(listed) == (
        ModelInfo(model_id="a", context_window=5, max_output_tokens=3),
        ModelInfo(model_id="b"),
    )
