"""Serve an agent from a web framework on asyncio, its answers streamed as they come.

    python examples/starlette_service.py [PROVIDER [MODEL]]
    curl -N http://127.0.0.1:8000/ask -d "What is an actor?"
    curl http://127.0.0.1:8000/agents

It needs starlette (from 0.52) and uvicorn; PORT says where it listens. Without a provider a
scripted model answers, and neither key nor network is needed. Requests share one system, and so its
connections to the provider; a client that goes away cancels its agent, down to the model's call.
"""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypedDict

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from starlette.types import Send

from sagent.actors import System
from sagent.agent import Agent, Done, Run, SystemThread, Text, ToolCalled, open_system_thread
from sagent.errors import SagentError, UsageError
from sagent.lib.json import JSON, json_dumps
from sagent.message import TextMessage
from sagent.model import Model
from sagent.providers import build_provider
from sagent.testing import ScriptedModel


class State(TypedDict):
    """What requests share."""

    model: Model
    system: SystemThread


class Answer(StreamingResponse):
    """The events of a run, as server-sent events; the run ends with the response."""

    media_type = "text/event-stream"

    def __init__(self, run: Run[TextMessage]) -> None:
        super().__init__(told(run), headers={"Cache-Control": "no-store"})
        self.run = run

    async def stream_response(self, send: Send) -> None:
        """Send the events, as fast as the client reads them."""
        async with self.run:
            await super().stream_response(send)


async def told(run: Run[TextMessage]) -> AsyncGenerator[str]:
    """Tell what people want to see of a run, and how it ends."""
    try:
        async for event in run:
            match event:
                case Text(content=text):
                    yield frame("text", text)
                case ToolCalled(summary=summary):
                    yield frame("tool", summary)
                case Done(usage=usage):
                    yield frame("done", {"tokens": usage.input_tokens + usage.output_tokens})
                case _:
                    pass
    except SagentError as error:
        yield frame("error", str(error))


def frame(name: str, data: JSON) -> str:
    """Write one server-sent event."""
    return f"event: {name}\ndata: {json_dumps(data)}\n\n"


async def ask(request: Request[State]) -> Answer:
    """Let an agent of the request's own answer its body."""
    agent = Agent(model=request.state["model"], system="Be brief.", name="clerk")
    prompt = (await request.body()).decode()
    return Answer(agent.run(prompt, system=request.state["system"]))


async def agents(request: Request[State]) -> PlainTextResponse:
    """Show who is at work."""

    async def tree(system: System) -> str:
        return str(system.tree())

    return PlainTextResponse(await request.state["system"].call(tree))


async def refuse(_: Request, error: Exception) -> PlainTextResponse:
    """Tell a client what it has done wrong, such as to ask nothing."""
    return PlainTextResponse(str(error), status_code=400)


def service(model: Model) -> Starlette:
    """Make the service; its system lives as long as it does."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[State]:
        async with open_system_thread() as system:
            yield {"model": model, "system": system}

    routes = [Route("/ask", ask, methods=["POST"]), Route("/agents", agents)]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers={UsageError: refuse})


def chosen_model() -> Model:
    """Take the provider and the model that the command line names, else play a script."""
    if len(sys.argv) > 1:
        return build_provider(sys.argv[1]).model(*sys.argv[2:3])
    return ScriptedModel(*["An actor is a task with an inbox.\nThis one has a script."] * 1000)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    uvicorn.run(service(chosen_model()), port=port, timeout_graceful_shutdown=3)
