"""Go on with a conversation at another vendor, and another: the agent and its history stay.

    python examples/hot_swap.py [PROVIDER MODEL]...

Without providers three vendors' dialects are spoken with a server of this program on loopback, and
neither key nor network is needed. It shows how each is told what was said at the others. With them,
as in `Anthropic claude-sonnet-4-6 Google gemini-3.1-pro-preview`, they are asked instead.
"""

import json
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import batched

import attrs
import trio

from sagent.actors import open_system
from sagent.agent import Agent, Prompt, SwapModel
from sagent.lib.json import JSON, json_dumps
from sagent.model import Model
from sagent.providers import Anthropic, Google, OpenAI, build_provider

type Events = Sequence[JSON]
QUESTIONS = ("Name a colour.", "A warmer one?", "Which one was the first?")


def messages_api(text: str) -> Events:
    """Say *text* as Anthropic streams it."""
    return [
        {"type": "message_start", "message": {"usage": {"input_tokens": 9}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    ]


def responses_api(text: str) -> Events:
    """Say *text* as OpenAI streams it."""
    content: JSON = [{"type": "output_text", "text": text}]
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": content}
    return [
        {"type": "response.output_text.delta", "delta": text},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"usage": {"input_tokens": 9}}},
    ]


def gemini_api(text: str) -> Events:
    """Say *text* as Google streams it."""
    return [{"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}]}]


@attrs.frozen
class Dialect:
    """Where a vendor's requests have the conversation, and how it answers."""

    field: str
    say: Callable[[str], Events]
    answer: str


DIALECTS = {
    "/v1/messages": Dialect("messages", messages_api, "Blue."),
    "/responses": Dialect("input", responses_api, "Orange."),
    "/models/": Dialect("contents", gemini_api, "Blue was the first."),
}


async def serve(stream: trio.SocketStream) -> None:
    """Be the vendor whose path is asked for, once, and show the conversation as it came."""
    async with stream:
        data = b""
        while b"\r\n\r\n" not in data:
            data += await stream.receive_some()
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += await stream.receive_some()
        path = head.decode().split()[1]
        dialect = next(dialect for part, dialect in DIALECTS.items() if part in path)
        print(f"\nPOST {path}")
        for message in json.loads(body)[dialect.field]:
            print(f"    {json.dumps(message)}")
        frames = [f"data: {json_dumps(event)}\n\n" for event in dialect.say(dialect.answer)]
        said = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + "".join(frames)
        await stream.send_all(said.encode())


@asynccontextmanager
async def open_models() -> AsyncGenerator[Sequence[Model]]:
    """Give the models that the command line names, else three of a server of our own."""
    if len(sys.argv) > 1:
        yield [build_provider(name).model(model) for name, model in batched(sys.argv[1:], 2)]
        return
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        url = f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}"
        nursery.start_soon(trio.serve_listeners, serve, listeners)
        yield [
            Anthropic.from_key("a", base_url=url).model("claude-sonnet-4-6"),
            OpenAI.from_key("b", base_url=url).model("gpt-5.5"),
            Google.from_key("c", base_url=url).model("gemini-3.1-pro-preview"),
        ]
        nursery.cancel_scope.cancel()


async def main() -> None:
    """Ask each model one question of one conversation."""
    async with open_models() as models, open_system() as system:
        agent = await system.spawn(Agent(model=models[0], system="Be brief.", name="painter"))
        for model, question in zip(models, QUESTIONS, strict=False):
            await agent.ask(SwapModel(model))
            answer = await agent.ask(Prompt(question))
            print(f"{model.model_id}: {answer.content}")


if __name__ == "__main__":
    trio.run(main)
