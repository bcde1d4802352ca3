"""llama.cpp's real server and a real model, through each dialect that it speaks."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
import trio
from anyio.from_thread import start_blocking_portal
from conversations import user

from sagent.errors import AuthenticationError, ContextOverflowError
from sagent.message import response_text
from sagent.model import ModelRequest, ResponseDone, StopReason, TextDelta
from sagent.providers import Anthropic, HttpProvider, OpenAI, OpenAICompat, SelfHosted
from sagent.providers.local import (
    QWEN_CODER_0_5B,
    ServerAddress,
    default_cache_dir,
    obtain_weights,
    open_llama_server,
)

pytestmark = pytest.mark.weights

WINDOW_TOKENS = 1024
ANSWER_TOKENS = 24
SLOT_S = 8
"""Far less than it takes to write `ENDLESS` to its end, which the one slot would be busy with."""
QUESTION = ModelRequest(
    messages=(user("What is the capital of France? Answer with its name alone."),),
    max_response_tokens=ANSWER_TOKENS,
    temperature=0,
)
ENDLESS = ModelRequest(messages=(user("Count from 1 to 1000, in words."),), max_response_tokens=900)
TOO_LONG = ModelRequest(messages=(user("one two three " * WINDOW_TOKENS),))

PROVIDERS: dict[str, Callable[[ServerAddress], HttpProvider]] = {
    "compat": lambda at: OpenAICompat(key=at.api_key, base_url=at.base_url),
    "selfhosted": lambda at: SelfHosted(key=at.api_key, base_url=at.base_url),
    "openai-chat": lambda at: OpenAI(key=at.api_key, base_url=at.base_url, api="chat"),
    "openai-responses": lambda at: OpenAI(key=at.api_key, base_url=at.base_url),
    "anthropic": lambda at: Anthropic(key=at.api_key, base_url=at.base_url.removesuffix("/v1")),
}
DIALECTS = pytest.mark.parametrize("dialect", PROVIDERS)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerAddress]:
    """Serve the smallest model for all tests; starting it takes longer than most of them."""
    with start_blocking_portal("trio") as portal:
        path = portal.call(_weights)
        serving = open_llama_server(path, context_tokens=WINDOW_TOKENS)
        with portal.wrap_async_context_manager(serving) as address:
            yield address


async def _weights() -> Path:
    return await obtain_weights(QWEN_CODER_0_5B, cache_dir=default_cache_dir(os.environ))


@DIALECTS
async def test_an_answer_streams_and_is_counted(server: ServerAddress, dialect: str) -> None:
    model = PROVIDERS[dialect](server).model("m")

    with trio.fail_after(20):
        async with model.stream(QUESTION) as answer:
            *shown, done = [event async for event in answer]

    assert isinstance(done, ResponseDone)
    text = response_text(done.response.content)
    assert "Paris" in text
    assert "".join(event.text for event in shown if isinstance(event, TextDelta)) == text
    assert done.response.stop_reason is StopReason.FINISHED
    assert done.response.usage.input_tokens > 10
    assert 0 < done.response.usage.output_tokens <= ANSWER_TOKENS


@DIALECTS
async def test_an_answer_that_reaches_its_limit_says_so(
    server: ServerAddress, dialect: str
) -> None:
    # However short the answer would be: the server's own field lets no model end it.
    provider = attrs.evolve(PROVIDERS[dialect](server), options={"ignore_eos": True})
    with trio.fail_after(20):
        response = await provider.model("m").buffer(
            attrs.evolve(ENDLESS, max_response_tokens=ANSWER_TOKENS)
        )

    if dialect != "openai-responses":  # llama.cpp says nothing of it there
        assert response.stop_reason is StopReason.MAX_TOKENS
    assert response_text(response.content)
    assert response.usage.output_tokens == ANSWER_TOKENS


@DIALECTS
async def test_a_conversation_beyond_the_window_is_told_as_such(
    server: ServerAddress, dialect: str
) -> None:
    with trio.fail_after(20), pytest.raises(ContextOverflowError) as caught:
        await PROVIDERS[dialect](server).model("m").buffer(TOO_LONG)

    assert caught.value.status == 400
    assert server.api_key not in str(caught.value)


@DIALECTS
async def test_a_wrong_key_is_told_as_such(server: ServerAddress, dialect: str) -> None:
    stranger = attrs.evolve(server, api_key="not-the-key-of-the-server")

    with trio.fail_after(20), pytest.raises(AuthenticationError) as caught:
        await PROVIDERS[dialect](stranger).model("m").buffer(QUESTION)

    assert stranger.api_key not in str(caught.value)


@DIALECTS
async def test_an_answer_that_nobody_reads_on_frees_its_slot(
    server: ServerAddress, dialect: str
) -> None:
    model = PROVIDERS[dialect](server).model("m")
    with trio.CancelScope() as reading:
        async with model.stream(ENDLESS) as answer:
            async for event in answer:
                if isinstance(event, TextDelta):
                    reading.cancel()

    with trio.fail_after(SLOT_S):
        response = await model.buffer(QUESTION)

    assert reading.cancelled_caught
    assert "Paris" in response_text(response.content)


@pytest.mark.parametrize("dialect", ["compat", "selfhosted"])
async def test_the_model_is_listed_with_its_window(server: ServerAddress, dialect: str) -> None:
    with trio.fail_after(20):
        (listed,) = await PROVIDERS[dialect](server).models()

    assert listed.context_window == WINDOW_TOKENS
