"""A conversation that one vendor's model began goes on with another's, from the session on disk."""

import base64
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise, permutations
from pathlib import Path

import attrs
import pytest
import trio
from conversations import PNG
from discovery import google_validator
from histories import faults_of
from openapi import validator
from recorded_answers import RECORDINGS, TEXT, Event, Recording, decoded

from sagent.agent import Agent
from sagent.home import Home
from sagent.message import Descriptor, MultipartMessage, TextMessage, error_message
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    ResponseDone,
    buffered,
)
from sagent.providers._wires.wire import Wire
from sagent.session import create_session, open_session
from sagent.testing import RecordingTool

SCHEMAS = {
    "responses": ("openai", "CreateResponse"),
    "chat": ("openai", "CreateChatCompletionRequest"),
    "constrained": ("openai", "CreateChatCompletionRequest"),
    "anthropic": ("anthropic", "CreateMessageParams"),
}
PAIRS = pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param(a, b, id=f"{a.name}-to-{b.name}") for a, b in permutations(RECORDINGS.values(), 2)],
)  # fmt: skip
NEIGHBOURS = pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(RECORDINGS[a], RECORDINGS[b], id=f"{a}-to-{b}")
        for a, b in pairwise([*RECORDINGS, *list(RECORDINGS)[:1]])
    ],
)
BREAKPOINTS = {"anthropic", "dashscope"}
"""Who is told in a message how far to keep the conversation: in another one each time."""
RESULT = MultipartMessage((TextMessage("Title: Tides"), PNG))


@attrs.frozen(eq=False)
class Recorded:
    """Answers as its vendor did, first with calls and then with a word; keeps what it was sent."""

    recording: Recording
    wire: Wire
    bodies: list[bytes] = attrs.field(factory=list[bytes], init=False)
    context_window: int | None = None

    @classmethod
    def of(cls, recording: Recording) -> "Recorded":
        return cls(recording, recording.wire())

    @property
    def model_id(self) -> str:
        return self.recording.model_id

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._play(request)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    @asynccontextmanager
    async def _play(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        await trio.lowlevel.checkpoint()
        self.bodies.append(self.wire.encode(request))
        answer = MultipartMessage((TextMessage("So."),), Descriptor.MODEL)
        said: list[ModelEvent] = [ResponseDone(ModelResponse(content=answer))]
        if request.messages[-1].descriptor != Descriptor.TOOL_RESULT:
            said = decoded(self.wire.decoder(request), self.recording.stream())
        async with aclosing(_each(said)) as events:
            yield events

    def items(self, request: int) -> list[Event]:
        items: list[Event] = json.loads(self.bodies[request])[self.recording.body_key]
        return items


async def _each(events: list[ModelEvent]) -> AsyncGenerator[ModelEvent, None]:
    for event in events:
        await trio.lowlevel.checkpoint()
        yield event


async def resumed(directory: Path, prompt: str, by: Recording) -> Recorded:
    """Go on with the session as a new process would, and give the model that answered."""
    model = Recorded.of(by)
    tools = [RecordingTool("Read", RESULT), RecordingTool("Now", error_message("no clock"))]
    with open_session(directory, durability="none") as session:
        agent = Agent(model=model, tools=tools, session=session, system="Be terse.")
        await agent.run(prompt)
        assert faults_of(agent.messages) == []
    return model


def schema_faults(of: Recording, body: bytes) -> list[str]:
    if of.name == "google":
        found = google_validator("GenerateContentRequest").iter_errors(json.loads(body))
    elif of.name in SCHEMAS:
        found = validator(*SCHEMAS[of.name]).iter_errors(json.loads(body))
    else:
        return []
    return [f"{error.instance_path}: {error.message}" for error in found]


@pytest.fixture
def directory(home: Home, tmp_path: Path) -> Path:
    with create_session(home, cwd=tmp_path, name="kept", durability="none") as session:
        return session.directory


@PAIRS
async def test_the_model_of_another_vendor_is_told_all_that_was_said_and_done(
    directory: Path, first: Recording, second: Recording
) -> None:
    await resumed(directory, "begin", first)

    model = await resumed(directory, "and in short?", second)

    body = model.bodies[0]
    assert schema_faults(second, body) == []
    for said in (b"begin", b"and in short?", b"Title: Tides", base64.b64encode(PNG.content)):
        assert said in body
    assert (b"no clock" in body) == (len(first.calls) > 1)
    if first.speaks and second.speaks:  # a constrained step is a call or a text
        assert TEXT.encode() in body
    assert not any(secret in body for secret in first.secrets)


@NEIGHBOURS
async def test_the_first_model_finds_what_it_was_sent_as_it_was_after_another_has_answered(
    directory: Path, first: Recording, second: Recording
) -> None:
    before = await resumed(directory, "begin", first)
    await resumed(directory, "and in short?", second)

    after = await resumed(directory, "thank you", first)

    sent = before.items(-1)
    answer = [item for item in after.items(0) if item in first.own]
    assert [*answer[: len(first.own)]] == [*first.own]
    if first.name not in BREAKPOINTS:
        assert after.items(0)[: len(sent)] == sent
    assert not any(secret in after.bodies[0] for secret in second.secrets)
