"""The cost of a turn does not grow with the number of turns before it.

Operations are counted, never time: calls of Python functions, octets and records of the session.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from types import FrameType

import attrs
import pytest
import trio
from histories import Kept
from recorded_answers import RECORDINGS

from sagent.actors import Ref, open_system
from sagent.agent import Agent, Mail, Prompt
from sagent.message import Descriptor, MultipartMessage, TextMessage
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    ResponseDone,
    TextDelta,
    buffered,
)
from sagent.providers._wires.wire import Wire
from sagent.session import Session
from sagent.testing import RecordingTool, calls

EARLY, LATE = range(200, 230), range(970, 1000)
"""The first of them once the model's window has been looked up, which short histories do not need."""
PROMPT = Prompt("Say something.")


@attrs.define(eq=False)
class Endless:
    """Calls a tool and then answers, for ever; writes each request as its vendor's wire does."""

    wire: Wire | None = None
    model_id: str = "endless"
    context_window: int | None = None

    def stream(self, request: ModelRequest) -> ModelStream:
        return _Answer(self._response(request))

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    def _response(self, request: ModelRequest) -> ModelResponse:
        if self.wire is not None:
            self.wire.encode(request)
        if request.messages[-1].descriptor == Descriptor.TOOL_RESULT:
            answer = MultipartMessage((TextMessage("So."),), Descriptor.MODEL)
            return ModelResponse(content=answer)
        return ModelResponse(content=calls(("Look", {})))


class _Answer:
    """One answer, in two events."""

    def __init__(self, response: ModelResponse) -> None:
        self._left: list[ModelEvent] = [TextDelta("So."), ResponseDone(response)]

    async def __aenter__(self) -> AsyncIterator[ModelEvent]:
        await trio.lowlevel.checkpoint()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave nothing to clean up."""

    def __aiter__(self) -> AsyncIterator[ModelEvent]:
        return self

    async def __anext__(self) -> ModelEvent:
        await trio.lowlevel.checkpoint()
        return self._left.pop(0)


async def called_by(work: Callable[[], Awaitable[object]]) -> int:
    """Count the Python functions that *work* calls."""
    count = 0

    def profile(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        await work()
    finally:
        sys.setprofile(before)
    return count


async def cost_of_turns(ref: Ref[Mail]) -> tuple[int, int]:
    """Count what an early turn calls, and what a late one does: the least of some turns each.

    How often trio wakes a task goes by the order in which it runs them, which is random.
    """

    async def turn() -> None:
        await ref.ask(PROMPT)

    for _ in range(EARLY.start):
        await turn()
    early = min([await called_by(turn) for _ in EARLY])
    for _ in range(EARLY.stop, LATE.start):
        await turn()
    return early, min([await called_by(turn) for _ in LATE])


@pytest.mark.parametrize("name", [None, "chat", "anthropic", "responses", "google"])
async def test_invariant_7_turn_1000_calls_as_many_functions_as_the_first_ones(
    name: str | None,
) -> None:
    wire = None if name is None else RECORDINGS[name].wire()
    async with open_system() as system:
        ref = await system.spawn(Agent(model=Endless(wire), tools=[RecordingTool("Look")]))

        early, late = await cost_of_turns(ref)

    assert abs(late - early) <= 4


async def test_invariant_7_saving_turn_1000_calls_as_many_functions_as_the_first_ones(
    session: Session,
) -> None:
    model = Endless()
    agent = Agent(model=model, tools=[RecordingTool("Look")])
    async with open_system() as system:
        ref = await system.spawn(Kept(agent, session, model))

        early, late = await cost_of_turns(ref)

    assert abs(late - early) <= 4


async def test_invariant_7_each_turn_appends_as_many_octets_and_rewrites_none(
    session: Session,
) -> None:
    file = session.directory / "session.jsonl"
    model = Endless()
    agent = Agent(model=model, tools=[RecordingTool("Look")])
    written: list[bytes] = [b""]
    async with open_system() as system:
        ref = await system.spawn(Kept(agent, session, model))
        for _ in range(20):
            await ref.ask(PROMPT)
            written.append(file.read_bytes())

    assert all(later.startswith(earlier) for earlier, later in pairwise(written))
    sizes = [len(octets) for octets in written]
    assert len({after - before for before, after in pairwise(sizes[2:])}) == 1
