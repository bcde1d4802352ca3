"""Vendors that count tokens, asked for it."""

import json

import httpx
import pytest

from sagent.errors import AuthenticationError, UsageError
from sagent.message import Descriptor, TextMessage
from sagent.model import ModelRequest
from sagent.providers import Anthropic, Google, HttpProvider, Moonshot, OpenAI

HELLO = ModelRequest(messages=(TextMessage("hi", Descriptor.USER),))
KEY = "sk-very-secret"


def answering(seen: list[httpx.Request], status: int, body: object) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, stream=httpx.ByteStream(json.dumps(body).encode()))

    return httpx.MockTransport(answer)


@pytest.mark.parametrize(
    ("kind", "path", "body"),
    [
        (Anthropic, "/v1/messages/count_tokens", {"input_tokens": 7}),
        (OpenAI, "/v1/responses/input_tokens", {"input_tokens": 7}),
        (Google, "/v1beta/models/m:countTokens", {"totalTokens": 7}),
    ],
)
async def test_a_vendor_is_asked_for_the_count(
    kind: type[HttpProvider], path: str, body: object
) -> None:
    seen: list[httpx.Request] = []
    provider = kind(key=KEY, new_transport=lambda: answering(seen, 200, body))

    assert await provider.count_tokens("m", HELLO) == 7

    assert [(request.method, request.url.path) for request in seen] == [("POST", path)]
    assert "hi" in seen[0].content.decode()


async def test_a_vendor_that_refuses_is_told_in_one_line_without_the_key() -> None:
    refusal = {"error": {"message": f"no {KEY}"}}
    provider = Anthropic(key=KEY, new_transport=lambda: answering([], 401, refusal))

    with pytest.raises(AuthenticationError, match="refused the key") as caught:
        await provider.count_tokens("m", HELLO)

    assert KEY not in str(caught.value)


async def test_a_vendor_that_does_not_count_says_so() -> None:
    with pytest.raises(UsageError, match="Moonshot has no counting of tokens"):
        await Moonshot(key=KEY).count_tokens("kimi-k2.6", HELLO)
