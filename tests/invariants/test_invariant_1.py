"""Every tool call has exactly one result in the history, on every path."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import trio
from histories import Kept, broken_links_of, faults_of, results_in, texts
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import Agent, Interrupt, Prompt
from sagent.errors import (
    ActorStopped,
    ModelStoppedError,
    RunCancelledError,
    RunInterruptedError,
    SessionError,
)
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import (
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    error_message,
    tool_call_message,
)
from sagent.model import ModelResponse, StopReason
from sagent.permission import Deny, ToolUse
from sagent.session import Session, create_session, open_session, read_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import BackgroundTask, tool

TWO: tuple[tuple[str, JSON], ...] = (("Good", {}), ("Bad", {}))


class Denying:
    async def decide(self, use: ToolUse) -> Deny:
        await trio.lowlevel.checkpoint()
        return Deny("not today")


class Untyped(RecordingTool):
    """Gives what is no message."""

    async def run(self, msg: Message) -> Message:
        await super().run(msg)
        return 7  # type: ignore[return-value]  # the point


class Leaving(RecordingTool):
    """Ends the program, as a script's main function does."""

    async def run(self, msg: Message) -> Message:
        await super().run(msg)
        raise SystemExit(3)


class Late(RecordingTool):
    """Gives up on its own deadline."""

    async def run(self, msg: Message) -> Message:
        with trio.fail_after(5):
            return await super().run(msg)


def deep_result() -> Message:
    message: Message = TextMessage("deep")
    for _ in range(20_000):
        message = MultipartMessage((message,))
    return message


def called(directive: JSON) -> MultipartMessage:
    call = tool_call_message("Bad", directive, call_id="odd")
    return MultipartMessage((call, tool_call_message("Good", {}, call_id="even")), Descriptor.MODEL)


BAD_TOOLS: dict[str, Callable[[], RecordingTool]] = {
    "expected": lambda: RecordingTool("Bad", error_message("no such file")),
    "exception": lambda: RecordingTool("Bad", ValueError("no")),
    "group": lambda: RecordingTool("Bad", ExceptionGroup("", [ValueError("no")])),
    "exit": lambda: Leaving("Bad"),
    "timeout": lambda: Late("Bad", trio.Event()),
    "no message": lambda: Untyped("Bad"),
    "arguments": lambda: RecordingTool("Bad", schema={"type": "object", "required": ["x"]}),
    "unknown": lambda: RecordingTool("Other"),
    "too deep": lambda: RecordingTool("Bad", deep_result()),
}


@pytest.mark.parametrize("bad", BAD_TOOLS.values(), ids=BAD_TOOLS)
async def test_invariant_1_a_call_that_fails_in_any_way_has_one_result(
    autojump_clock: MockClock, bad: Callable[[], RecordingTool]
) -> None:
    model = ScriptedModel(calls(*TWO), "sorry")
    agent = Agent(model=model, tools=[RecordingTool("Good"), bad()])

    answer = await agent.run("go")

    assert answer.content == "sorry"
    assert faults_of(agent.messages) == []
    assert len(results_in(agent.messages)) == 2


async def test_invariant_1_a_call_that_is_not_permitted_has_one_result() -> None:
    model = ScriptedModel(calls(*TWO), "sorry")
    tools = [RecordingTool("Good"), RecordingTool("Bad")]
    agent = Agent(model=model, tools=tools, policy=Denying())

    await agent.run("go")

    assert faults_of(agent.messages) == []
    assert all("not today" in text for text in results_in(agent.messages))


@pytest.mark.parametrize("directive", ['{"cut": ', "[1]", ""])
async def test_invariant_1_a_call_whose_arguments_are_no_object_has_one_result(
    directive: str,
) -> None:
    model = ScriptedModel(called(directive), "sorry")
    agent = Agent(model=model, tools=[RecordingTool("Good"), RecordingTool("Bad")])

    await agent.run("go")

    assert faults_of(agent.messages) == []


@pytest.mark.parametrize("reason", [StopReason.MAX_TOKENS, StopReason.REFUSAL, StopReason.FILTERED])
async def test_invariant_1_calls_of_an_answer_that_was_cut_or_refused_have_one_result(
    reason: StopReason,
) -> None:
    cut = ModelResponse(content=calls(*TWO), stop_reason=reason)
    model = ScriptedModel(cut, "done", "again")
    agent = Agent(model=model, tools=[RecordingTool("Good"), RecordingTool("Bad")])

    with suppress(ModelStoppedError):
        await agent.run("go")
    await agent.run("and now?")

    assert faults_of(model.requests[-1].messages) == []
    assert len(results_in(agent.messages)) == 2


def hanging() -> list[RecordingTool]:
    return [RecordingTool("Good"), RecordingTool("Bad", trio.Event())]


async def test_invariant_1_a_cancelled_run_has_a_result_for_each_call() -> None:
    model = ScriptedModel(calls(*TWO), "done")
    agent = Agent(model=model, tools=hanging())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(agent.run, "go")
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    await agent.run("and now?")

    assert faults_of(model.requests[-1].messages) == []
    assert results_in(agent.messages)[0] == "ok"


async def test_invariant_1_a_run_out_of_time_has_a_result_for_each_call(
    autojump_clock: MockClock,
) -> None:
    agent = Agent(model=ScriptedModel(calls(*TWO)), tools=hanging())

    with trio.move_on_after(10):
        await agent.run("go")

    assert faults_of(agent.messages) == []
    assert results_in(agent.messages)[1].startswith("[interrupted")


async def test_invariant_1_a_run_that_is_ended_by_its_handle_has_a_result_for_each_call() -> None:
    agent = Agent(model=ScriptedModel(calls(*TWO)), tools=hanging())

    async with trio.open_nursery() as nursery:
        run = agent.run("go")

        async def end() -> None:
            await wait_all_tasks_blocked()
            run.cancel()

        await anext(run)
        nursery.start_soon(end)
        with pytest.raises(RunCancelledError):
            await run

    assert faults_of(agent.messages) == []


@pytest.mark.schedules(5)
@pytest.mark.parametrize("pause_s", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
async def test_invariant_1_a_turn_that_is_interrupted_anywhere_has_a_result_for_each_call(
    any_schedule: MockClock, pause_s: float
) -> None:
    @tool
    async def work(seconds: float) -> str:
        """Take time."""
        await trio.sleep(seconds)
        return "worked"

    steps: list[tuple[str, JSON]] = [
        ("work", {"seconds": 0.1}),
        ("Bad", {}),
        ("work", {"seconds": 0.3}),
    ]
    model = ScriptedModel(calls(*steps), calls(*steps), "done", "again")
    bad = RecordingTool("Bad", ValueError("no"), concurrency="exclusive")
    agent = Agent(model=model, tools=[work, bad])
    async with trio.open_nursery() as nursery:
        run = agent.run("go")

        async def go() -> None:
            with suppress(RunInterruptedError):
                await run

        nursery.start_soon(go)
        await trio.sleep(pause_s)
        run.interrupt()
    await agent.run("and now?")

    assert faults_of(model.requests[-1].messages) == []
    assert broken_links_of(agent.messages) == []


async def test_invariant_1_no_call_begins_after_the_interrupt() -> None:
    begun: list[str] = []

    @tool
    async def note(text: str) -> str:
        """Have an effect at once."""
        begun.append(text)
        return "noted"

    slow = RecordingTool("Slow", trio.Event(), concurrency="exclusive")
    model = ScriptedModel(calls(("Slow", {}), ("note", {"text": "too late"})))
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[slow, note]))
        ref.tell(Prompt("go"))
        await wait_all_tasks_blocked()

        ref.tell(Interrupt(), lane="front")
        await wait_all_tasks_blocked()

    assert begun == []


@pytest.mark.schedules(5)
@pytest.mark.parametrize("after_s", [0.1, 0.25, 1])
async def test_invariant_1_a_call_that_is_detached_has_its_stub_and_no_other_result(
    any_schedule: MockClock, session: Session, after_s: float
) -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Bad", {}), ("Good", {})), *["hello"] * 5)
    agent = Agent(
        model=model,
        session=session,
        tools=[RecordingTool("Bad", gate, "forty-two"), RecordingTool("Good")],
    )
    async with trio.open_nursery() as nursery:
        run = agent.run("go")

        async def go() -> None:
            await run

        nursery.start_soon(go)
        await wait_all_tasks_blocked()
        run.tell("are you there?")
        await trio.sleep(after_s)
        gate.set()

    assert faults_of(agent.messages) == []
    assert faults_of(session.transcript.conversation) == []
    assert sum("forty-two" in text for text in texts(model)) == 1


async def test_invariant_1_a_background_call_that_ends_with_its_agent_has_its_stub(
    session: Session,
) -> None:
    model = ScriptedModel(calls(("Bad", {"background": True}), ("Good", {})), "started", "again")
    tools: list[Tool] = [*hanging(), BackgroundTask()]
    async with open_system() as system:
        agent = Agent(model=model, tools=tools)
        ref = await system.spawn(Kept(agent, session, model))
        await ref.ask(Prompt("go"))
        ref.kill()
        await ref.closed()
        assert faults_of(session.transcript.conversation) == []

        again = await system.spawn(Kept(agent, session, model))
        await again.ask(Prompt("and now?"))

    assert faults_of(model.requests[-1].messages) == []


async def test_invariant_1_an_agent_that_is_killed_goes_on_with_a_result_for_each_call(
    any_schedule: MockClock, session: Session
) -> None:
    model = ScriptedModel(calls(*TWO), "done")
    agent = Agent(model=model, tools=hanging())
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Kept(agent, session, model))

        async def ask() -> None:
            with pytest.raises(ActorStopped):
                await ref.ask(Prompt("go"))

        nursery.start_soon(ask)
        await wait_all_tasks_blocked()
        ref.kill()
        await ref.closed()

        again = await system.spawn(Kept(agent, session, model))
        await again.ask(Prompt("and now?"))

    assert faults_of(model.requests[-1].messages) == []
    assert len(results_in(model.requests[-1].messages)) == 2


async def test_invariant_1_a_model_that_crashes_leaves_a_result_for_each_call(
    session: Session,
) -> None:
    model = ScriptedModel(calls(*TWO), ZeroDivisionError("a bug"), "done")
    agent = Agent(model=model, tools=[RecordingTool("Good"), RecordingTool("Bad")], session=session)

    with pytest.raises(Exception, match="a bug"):
        await agent.run("go")
    await agent.run("and now?")

    assert faults_of(agent.messages) == []
    assert agent.messages == session.transcript.conversation


@pytest.mark.parametrize("fails_at", range(1, 8))
async def test_invariant_1_a_disk_that_refuses_a_record_loses_no_result(
    session: Session, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    write, written = os.write, 0

    def full_for_a_moment(descriptor: int, octets: bytes) -> int:
        nonlocal written
        written += 1
        if written == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, octets)

    model = ScriptedModel(calls(*TWO), *["more"] * 3)
    tools = [RecordingTool("Good"), RecordingTool("Bad", ValueError("no"))]
    agent = Agent(model=model, session=session, tools=tools)
    monkeypatch.setattr(os, "write", full_for_a_moment)
    with suppress(SessionError):
        await agent.run("go")
    await agent.run("and now?")

    assert faults_of(agent.messages) == []
    assert read_session(session.directory).conversation == agent.messages


@pytest.mark.parametrize(
    "stride", [pytest.param(23), pytest.param(1, marks=pytest.mark.slow, id="every byte")]
)
async def test_invariant_1_a_session_that_is_cut_at_any_byte_goes_on_with_one_result_each(
    home: Home, tmp_path: Path, stride: int
) -> None:
    first = ScriptedModel(calls(*TWO), calls(*TWO, text="again"), "done")
    tools = [RecordingTool("Good"), RecordingTool("Bad", ValueError("no"))]
    with create_session(home, cwd=tmp_path, durability="none") as session:
        await Agent(model=first, tools=tools, session=session).run("go")
    file = session.directory / "session.jsonl"
    whole = file.read_bytes()

    ends = {at + near for at, octet in enumerate(whole) if octet == 10 for near in (-1, 0, 1)}
    for cut in sorted({*range(0, len(whole), stride), *ends}):
        file.write_bytes(whole[:cut])
        model = ScriptedModel("on I go")
        with open_session(session.directory, durability="none") as again:
            agent = Agent(model=model, tools=tools, session=again)
            await agent.run("and now?")

        assert faults_of(model.requests[0].messages) == []
        assert read_session(session.directory).conversation == agent.messages
