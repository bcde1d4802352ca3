"""What holds of a spawned agent, whatever is sent to it and whatever its model and tools do.

A plan is drawn: what the model does each time it is asked, and the steps that are taken with the
agent, among them its death and its next life from the session. It is played in virtual time, under
a drawn order of trio's tasks, and the rules are looked at after each step.
"""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, assert_never

import attrs
import pytest
import trio
from histories import Kept, broken_links_of, faults_of
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_answers import RECORDINGS
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Feed, Lane, Ref, System, open_system
from sagent.agent import (
    Agent,
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Prompt,
    SwapModel,
    Watch,
)
from sagent.agent._actor import AgentActor
from sagent.errors import ModelError, SagentError
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    response_tool_calls,
)
from sagent.model import (
    ModelEvent,
    ModelRequest,
    ModelResponse,
    ModelStream,
    ResponseDone,
    StopReason,
    TextDelta,
    buffered,
)
from sagent.session import Session, create_session, read_session
from sagent.testing import RecordingTool, calls
from sagent.testing._schedule import scheduled
from sagent.tool import Concurrency, Tool
from sagent.tools import BackgroundTask

RECAP = "## Goal\nMend it.\n\n## Next step\nWind it up.\n"
"""What the model always says: a good recap, if it was asked for one."""

type ToolName = Literal["End", "Fail", "Hang", "HangAlone"]


@attrs.frozen
class Call:
    tool: ToolName
    background: bool


@attrs.frozen
class Move:
    """What the model does when it is asked: it takes its time, and then ends as it ends."""

    after_s: float
    how: Literal["answers", "is cut", "refuses", "fails", "crashes"]
    calls: tuple[Call, ...] = ()


@attrs.frozen
class Send:
    what: Literal["prompt", "clear", "interrupt", "compact", "swap", "status", "watch"]
    how: Literal["tell", "ask"]
    lane: Lane


@attrs.frozen
class Wait:
    seconds: float


@attrs.frozen
class Release:
    """Let the tools end that hang."""


@attrs.frozen
class Kill:
    """End this life, and begin another from the session."""


type Step = Send | Wait | Release | Kill


@attrs.define(eq=False)
class Script:
    """The moves that models play in turn, again and again until it is over: then they answer.

    It ends by itself, since results that come from the background would be answered for ever.
    """

    moves: tuple[Move, ...]
    is_over: bool = attrs.field(default=False, init=False)
    requests: list[ModelRequest] = attrs.field(factory=list[ModelRequest], init=False)

    def next(self, request: ModelRequest) -> Move:
        move = self.moves[len(self.requests) % len(self.moves)]
        self.requests.append(request)
        self.is_over |= len(self.requests) == 40
        return Move(after_s=0, how="answers") if self.is_over else move


@attrs.frozen(eq=False)
class Drawn:
    """A model that plays a script."""

    script: Script
    model_id: str = "drawn"
    context_window: int | None = 100_000

    def stream(self, request: ModelRequest) -> ModelStream:
        return self._play(request)

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        return await buffered(self.stream(request))

    @asynccontextmanager
    async def _play(self, request: ModelRequest) -> AsyncGenerator[AsyncIterator[ModelEvent], None]:
        async with aclosing(_events(self.script.next(request))) as events:
            yield events


async def _events(move: Move) -> AsyncGenerator[ModelEvent, None]:
    await trio.sleep(move.after_s)
    match move.how:
        case "fails":
            raise ModelError("the server is on fire")
        case "crashes":
            raise ZeroDivisionError("a bug of the model's")
        case "answers":
            stop = StopReason.FINISHED
        case "is cut":
            stop = StopReason.MAX_TOKENS
        case "refuses":
            stop = StopReason.REFUSAL
    yield TextDelta(RECAP)
    await trio.sleep(move.after_s)
    asked: list[tuple[str, JSON]] = [(c.tool, {"background": c.background}) for c in move.calls]
    content = MultipartMessage((TextMessage(RECAP),), Descriptor.MODEL)
    yield ResponseDone(
        ModelResponse(content=calls(*asked, text=RECAP) if asked else content, stop_reason=stop)
    )


@attrs.define(eq=False)
class Gate:
    """What the tools that hang wait for."""

    opened: trio.Event = attrs.field(factory=trio.Event)

    def open(self) -> None:
        self.opened.set()
        self.opened = trio.Event()


class Hanging(RecordingTool):
    """Waits until it is released."""

    def __init__(self, name: str, gate: Gate, concurrency: Concurrency) -> None:
        super().__init__(name, concurrency=concurrency)
        self._gate = gate

    async def run(self, msg: Message) -> Message:
        await self._gate.opened.wait()
        return await super().run(msg)


@attrs.define(eq=False)
class Play:
    """A plan while it is played."""

    system: System
    nursery: trio.Nursery
    session: Session
    script: Script
    gate: Gate = attrs.field(factory=Gate, init=False)
    asked: int = attrs.field(default=0, init=False)
    outcomes: dict[int, str] = attrs.field(factory=dict[int, str], init=False)
    """What became of each ask, by its number."""
    actors: list[AgentActor] = attrs.field(factory=list[AgentActor], init=False)
    """One for each life."""

    def actor(self) -> AgentActor:
        """Make the agent's actor for its next life."""
        tools: list[Tool] = [
            RecordingTool("End"),
            RecordingTool("Fail", ValueError("no")),
            Hanging("Hang", self.gate, "shared"),
            Hanging("HangAlone", self.gate, "exclusive"),
            BackgroundTask(),
        ]
        model = Drawn(self.script)
        agent = Agent(model=model, tools=tools, max_tool_call_rounds=6)
        self.actors.append(Kept(agent, self.session, model).actor())
        return self.actors[-1]

    async def agent(self) -> Ref[Mail]:
        """Give the agent, in its next life if the last has ended."""
        if ref := self.system.whereis("agent"):
            return ref
        return await self.system.spawn(self, name="agent")

    async def take(self, step: Step) -> None:
        ref = await self.agent()
        match step:
            case Wait(seconds=seconds):
                await trio.sleep(seconds)
            case Release():
                self.gate.open()
            case Kill():
                ref.kill()
                await ref.closed()
            case Send(how="tell", lane=lane):
                ref.tell(self._mail(step), lane=lane)
            case Send(lane=lane):
                self.asked += 1
                self.nursery.start_soon(self._ask, ref, self.asked, self._mail(step), lane)
            case _:
                assert_never(step)

    def _mail(self, step: Send) -> Mail:
        mails: dict[str, Mail] = {
            "prompt": Prompt("Go on."),
            "clear": Clear(),
            "interrupt": Interrupt(),
            "compact": Compact(),
            "swap": SwapModel(Drawn(self.script, "another")),
            "status": GetStatus(),
            "watch": Watch(capacity=2),
        }
        return mails[step.what]

    async def _ask(self, ref: Ref[Mail], number: int, mail: Mail, lane: Lane) -> None:
        assert not isinstance(mail, Interrupt)
        answer: object = None
        try:
            answer = await ref.ask(mail, lane=lane)
        except SagentError as error:
            self.outcomes[number] = type(error).__name__
        else:
            self.outcomes[number] = "answered"
        if isinstance(answer, Feed):
            async for _ in answer:
                pass

    def check(self) -> None:
        """Hold the history to its rules, and the session to the history."""
        conversation = self.session.transcript.conversation
        ref = self.system.whereis("agent")
        if ref is not None:
            assert self.actors[-1]._state.messages == conversation
        assert broken_links_of(conversation) == []
        faults = faults_of(conversation)
        assert faults == [] or (len(faults) == 1 and response_tool_calls(conversation[-1]))

    async def end(self) -> None:
        """Let all that goes on come to its end, and hold everything to its rules."""
        self.script.is_over = True
        for _ in range(20):
            self.gate.open()
            await trio.sleep(10)
        ref = await self.agent()
        self.check()
        assert self.actors[-1].status().phase == "idle"
        assert self.actors[-1].status().tasks == ()
        assert sorted(self.outcomes) == list(range(1, self.asked + 1))
        ref.stop()
        await ref.closed()


MOVES = st.builds(
    Move,
    after_s=st.sampled_from([0, 0.1, 1]),
    how=st.sampled_from(["answers"] * 4 + ["is cut", "refuses", "fails", "crashes"]),
    calls=st.lists(
        st.builds(
            Call,
            tool=st.sampled_from(["End", "Fail", "Hang", "HangAlone"]),
            background=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
)
SENDS = st.builds(
    Send,
    what=st.sampled_from(
        ["prompt"] * 4 + ["clear", "interrupt", "compact", "swap", "status", "watch"]
    ),
    how=st.sampled_from(["tell", "ask"]),
    lane=st.sampled_from(["front", "back"]),
).map(lambda send: attrs.evolve(send, how="tell") if send.what == "interrupt" else send)
STEPS: st.SearchStrategy[Step] = (
    SENDS
    | SENDS
    | st.builds(Wait, st.sampled_from([0, 0.05, 0.3, 2]))
    | st.just(Release())
    | st.just(Kill())
)


@pytest.fixture(autouse=True)
def crashes_are_not_written_out(caplog: pytest.LogCaptureFixture) -> None:
    """Spare the time: a traceback takes longer than a plan."""
    caplog.set_level(logging.CRITICAL, "sagent")


@pytest.fixture(autouse=True)
def threads_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep threads out of virtual time, which goes on without them."""

    async def run_sync[*Ts, R](function: Callable[[*Ts], R], *args: *Ts) -> R:
        await trio.lowlevel.checkpoint()
        return function(*args)

    monkeypatch.setattr(trio.to_thread, "run_sync", run_sync)


async def play(home: Home, moves: tuple[Move, ...], steps: list[Step]) -> None:
    script = Script(moves)
    with create_session(home, cwd=home.root, name="kept", durability="none") as session:
        async with open_system() as system, trio.open_nursery() as nursery:
            before = trio.lowlevel.current_statistics().tasks_living
            playing = Play(system, nursery, session, script)
            for step in steps:
                await playing.take(step)
                await wait_all_tasks_blocked()
                playing.check()
            await playing.end()
            await wait_all_tasks_blocked()  # watchers read to the end
            assert trio.lowlevel.current_statistics().tasks_living == before
        messages = session.transcript.conversation
        assert session.transcript.open_tasks == ()
    assert messages == read_session(session.directory).conversation
    assert all(faults_of(request.messages) == [] for request in script.requests)
    for recording in RECORDINGS.values():
        recording.wire().encode(ModelRequest(messages=messages or (Prompt("").message(),)))


@settings(max_examples=200, deadline=None)
@given(
    moves=st.lists(MOVES, min_size=1, max_size=6).map(tuple),
    steps=st.lists(STEPS, max_size=12),
    seed=st.integers(0, 1000),
)
def test_any_plan_leaves_a_whole_history_answered_asks_and_no_task(
    moves: tuple[Move, ...], steps: list[Step], seed: int
) -> None:
    with TemporaryDirectory() as place, scheduled(seed):
        trio.run(play, Home(Path(place)), moves, steps, clock=MockClock(autojump_threshold=0))
