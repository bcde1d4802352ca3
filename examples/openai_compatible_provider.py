r"""Ask any server that speaks Chat Completions: vLLM, llama.cpp, Ollama, SGLang, a gateway.

    python examples/openai_compatible_provider.py
    OPENAI_COMPAT_BASE_URL=http://127.0.0.1:11434/v1 \
        python examples/openai_compatible_provider.py MODEL "What is in README.md?"

Without a model and a prompt, a server of this program on loopback answers. The key, if a server
wants one, is taken from OPENAI_COMPAT_API_KEY, else OPENAI_API_KEY. A vendor that differs from most
gets a class of its own, as `Acme` is: with ACME_API_KEY set, the question goes there.
"""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar

import attrs
import trio

from sagent.agent import Agent, Text, ToolCalled
from sagent.lib.json import json_dumps
from sagent.model import Model
from sagent.providers import ChatDialect, OpenAICompat
from sagent.tools import Glob, Grep, Read

ACME = ChatDialect(
    wire="acme",
    max_tokens="max_completion_tokens",
    effort={
        "none": {"thinking": {"type": "disabled"}},
        "high": {"thinking": {"type": "enabled", "budget_tokens": 8192}},
    },
    answer_format="json_object",
)


@attrs.frozen(kw_only=True)
class Acme(OpenAICompat):
    """A vendor of one's own: its names, its address, and what it has otherwise."""

    NAME: ClassVar[str] = "Acme"
    WIRE: ClassVar[str] = ACME.wire
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("ACME_API_KEY",)
    BASE_URL_VARIABLES: ClassVar[tuple[str, ...]] = ("ACME_BASE_URL",)
    BASE_URL: ClassVar[str] = "https://api.acme.example/v1"

    dialect: ChatDialect = ACME


async def serve(stream: trio.SocketStream) -> None:
    """Answer one request as a server of Chat Completions does, a word at a time."""
    async with stream:
        head = b""
        while b"\r\n\r\n" not in head:
            head += await stream.receive_some()
        head, _, body = head.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < length:
            body += await stream.receive_some()
        await stream.send_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        for word in ("Loopback ", "says ", "hello."):
            chunk = {"choices": [{"delta": {"content": word}}]}
            await stream.send_all(f"data: {json_dumps(chunk)}\n\n".encode())
        await stream.send_all(b"data: [DONE]\n\n")


@asynccontextmanager
async def open_model() -> AsyncGenerator[Model]:
    """Give the model that is named, at Acme or any other server, else one of our own server."""
    if len(sys.argv) > 1 and os.environ.get("ACME_API_KEY"):
        yield Acme.from_env().model(sys.argv[1], effort="high")
    elif len(sys.argv) > 1:
        yield OpenAICompat.from_env().model(sys.argv[1])
    else:
        async with trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
            nursery.start_soon(trio.serve_listeners, serve, listeners)
            host, port = listeners[0].socket.getsockname()
            yield OpenAICompat(base_url=f"http://{host}:{port}/v1").model("any")
            nursery.cancel_scope.cancel()


async def main() -> None:
    """Stream the answer of a model to a prompt, with tools that only read."""
    prompt = " ".join(sys.argv[2:]) or "Say hello."
    async with open_model() as model:
        agent = Agent(model=model, tools=[Read(), Glob(), Grep()])
        async with agent.run(prompt) as run:
            async for event in run:
                match event:
                    case ToolCalled(summary=summary):
                        print(f"[{summary}]")
                    case Text(content=text):
                        print(text, end="", flush=True)
                    case _:
                        pass
    print()


if __name__ == "__main__":
    trio.run(main)
