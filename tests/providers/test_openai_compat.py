"""OpenAICompat over real sockets: what it sends, and what becomes of it."""

from collections.abc import Mapping

import httpx
import pytest
import trio
from loopback import DONE, Reply, answer, call, chat, open_loopback

from sagent.actors import Ref, open_system
from sagent.agent import Agent, Prompt
from sagent.errors import (
    ConnectionFailedError,
    MissingKeyError,
    ModelError,
    UsageError,
)
from sagent.message import BytesMessage, Descriptor, MultipartMessage, TextMessage
from sagent.model import ModelRequest, TextDelta
from sagent.providers import OpenAICompat
from sagent.providers._connection import Connection
from sagent.testing import RecordingTool

KEY = "sk-very-secret"
HELLO = ModelRequest(messages=(TextMessage("hi", Descriptor.USER),))


async def test_a_request_says_what_chat_completions_expects() -> None:
    async with open_loopback(answer("hi")) as server:
        model = OpenAICompat.from_key(KEY, base_url=server.base_url).model("some/model")
        image = BytesMessage(b"\x89PNG")
        shown = MultipartMessage((TextMessage("look"), image), Descriptor.USER_PARTS)
        await model.buffer(
            ModelRequest(messages=(shown,), system="Be terse.", max_response_tokens=9)
        )

    (seen,) = server.seen
    assert seen.head.startswith("POST /v1/chat/completions HTTP/1.1")
    assert f"Authorization: Bearer {KEY}" in seen.head
    assert seen.body == {
        "model": "some/model",
        "max_tokens": 9,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "Be terse."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "look"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                ],
            },
        ],
    }


async def test_an_agent_calls_tools_and_sends_their_results_back() -> None:
    echo = RecordingTool("Echo", "42")
    async with open_loopback(call("Echo", {"x": 1}), answer("it is 42")) as server:
        model = OpenAICompat(base_url=server.base_url).model("m")
        final = await Agent(model=model, tools=[echo]).run("go")

    assert final.content == "it is 42"
    first, second = server.seen
    assert [tool["function"]["name"] for tool in first.body["tools"]] == ["Echo"]
    assert second.body["messages"][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "Echo", "arguments": '{"x":1}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]


async def test_the_constrained_protocol_calls_tools_without_the_servers_help() -> None:
    echo = RecordingTool("Echo", "42")
    step = answer('{"tool": "Echo", "arguments": {}}')
    async with open_loopback(step, answer('{"answer": "it is 42"}')) as server:
        provider = OpenAICompat(base_url=server.base_url, tool_protocol="constrained")
        final = await Agent(model=provider.model("m"), tools=[echo]).run("go")

    assert final.content == "it is 42"
    assert "tools" not in server.seen[0].body
    assert server.seen[1].body["messages"][-1]["content"].startswith("Result: 42\n")


async def test_agents_of_one_system_share_the_providers_actor() -> None:
    async with open_loopback(answer("hi")) as server, open_system() as system:
        model = OpenAICompat(base_url=server.base_url).model("m")
        for _ in range(2):
            await (await system.spawn(Agent(model=model))).ask(Prompt("go"))

        names = [name for name in system.names() if name.startswith("provider:")]

    assert len(names) == 1


def test_the_actors_name_tells_keys_apart_and_gives_none_away() -> None:
    one, other = (OpenAICompat.from_key(key, base_url="http://h/v1") for key in ("k1", "k2"))

    assert one.service_name != other.service_name
    assert "k1" not in one.service_name


def test_a_key_is_in_no_repr() -> None:
    provider = OpenAICompat.from_key(KEY, base_url="http://h/v1")

    assert KEY not in repr(provider) + repr(provider.model("m"))


async def test_text_arrives_while_the_server_is_still_writing() -> None:
    reply = chat({"choices": [{"delta": {"content": "first"}}]}, hang=True)
    async with open_loopback(reply) as server:
        model = OpenAICompat(base_url=server.base_url).model("m")
        async with model.stream(HELLO) as events:
            assert await anext(events) == TextDelta("first")


async def test_leaving_the_stream_cancels_the_request_on_the_wire() -> None:
    async with open_loopback(chat({"choices": []}, hang=True)) as server:
        model = OpenAICompat(base_url=server.base_url).model("m")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(model.buffer, HELLO)
            await server.asked.wait()
            nursery.cancel_scope.cancel()

        with trio.fail_after(2):
            await server.gone.wait()


async def test_a_cancelled_agent_cancels_its_request_while_the_system_lives_on() -> None:
    async with open_loopback(chat({"choices": []}, hang=True)) as server, open_system() as system:
        model = OpenAICompat(base_url=server.base_url).model("m")
        ref = await system.spawn(Agent(model=model))
        ref.tell(Prompt("go"))
        await server.asked.wait()
        ref.kill()

        with trio.fail_after(2):
            await server.gone.wait()


async def test_invariant_11_one_call_that_fails_oddly_harms_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = chat({"choices": [{"delta": {"content": "a"}}]}, hang=True)
    async with open_loopback(slow, answer("fine")) as server, open_system() as system:
        model = await OpenAICompat(base_url=server.base_url).model("m").served(system)
        async with model.stream(HELLO) as events:
            await anext(events)
            with monkeypatch.context() as patched:
                patched.setattr(Connection, "handle_async_request", _broken)
                with pytest.raises(ModelError, match="OSError: no descriptors"):
                    await model.buffer(HELLO)

            assert (await model.buffer(HELLO)).content.content[0].content == "fine"


async def test_leaving_the_system_lets_a_turn_finish_before_its_provider_ends() -> None:
    late = chat({"choices": [{"delta": {"content": "late"}, "finish_reason": "stop"}]}, DONE)
    slow = Reply([late.pieces[0], 0.3, *late.pieces[1:]])
    answers: list[str] = []
    async with open_loopback(slow) as server, trio.open_nursery() as nursery:

        async def ask(ref: Ref[Prompt]) -> None:
            answers.append((await ref.ask(Prompt("go"))).content)

        async with open_system() as system:
            model = OpenAICompat(base_url=server.base_url).model("m")
            nursery.start_soon(ask, await system.spawn(Agent(model=model)))
            await server.asked.wait()

    assert answers == ["late"]


@pytest.mark.parametrize("key", ["k\ney", "k\u00e9y", "k\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(UsageError) as caught:
        OpenAICompat.from_key(key, base_url="http://h/v1")

    assert key not in str(caught.value)


def test_the_line_end_of_a_key_file_is_no_part_of_the_key() -> None:
    assert OpenAICompat.from_key("k1\r\n", base_url="http://h/v1").key == "k1"


async def test_a_password_in_the_base_url_is_shown_nowhere() -> None:
    provider = OpenAICompat(base_url="http://user:hunter2@127.0.0.1:1/v1")

    with pytest.raises(ConnectionFailedError) as caught:
        await provider.model("m").buffer(HELLO)

    assert "hunter2" not in str(caught.value) + repr(provider) + repr(provider.model("m"))


async def test_an_unreachable_server_is_told_with_its_address() -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    await listeners[0].aclose()

    with pytest.raises(ConnectionFailedError, match=f"127.0.0.1:{port}"):
        await OpenAICompat(base_url=f"http://127.0.0.1:{port}/v1").model("m").buffer(HELLO)


async def _broken(*_: object, **__: object) -> httpx.Response:
    raise OSError("no descriptors")


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"OPENAI_COMPAT_API_KEY": "a", "OPENAI_API_KEY": "b"}, "a"),
        ({"OPENAI_API_KEY": "b"}, "b"),
    ],
)
def test_the_key_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str], key: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert OpenAICompat.from_env(base_url="https://h/v1").key == key


def test_loopback_needs_no_key_and_others_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OpenAICompat.KEY_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    assert OpenAICompat.from_env(base_url="http://localhost:8000/v1").key == ""
    with pytest.raises(MissingKeyError, match="OPENAI_COMPAT_API_KEY or OPENAI_API_KEY"):
        OpenAICompat.from_env(base_url="https://example.com/v1")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/v1",
        "ftp://example.com",
        "http://",
        "user:hunter2@example.com/v1",
        "https://example.com/v1?key=hunter2",
        "https://example.com/v1#hunter2",
    ],
)
def test_what_is_no_base_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="base URL") as caught:
        OpenAICompat(base_url=url)

    assert "hunter2" not in str(caught.value)


def test_a_model_must_be_named() -> None:
    with pytest.raises(UsageError, match="needs a model"):
        OpenAICompat(base_url="http://h/v1").model("")
