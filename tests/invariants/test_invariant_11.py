"""A failing part fails alone."""

import errno
import os
from contextlib import suppress
from pathlib import Path

import pytest
import trio
from histories import Kept, faults_of, texts
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Missed, Ref, open_system
from sagent.agent import Agent, Clear, Compact, Mail, Notice, Prompt, RunEvent, Watch
from sagent.compaction import SummaryCompactor, is_recap
from sagent.errors import CompactionError, ModelError, SagentError, StatusError
from sagent.home import Home
from sagent.message import MultipartMessage, response_text
from sagent.model import Usage
from sagent.session import Session, create_session, open_session, read_session
from sagent.testing import RecordingTool, ScriptedModel, calls

WINDOW = 10_000
RECAP = "## Goal\nMend it.\n\n## Next step\nWind it up.\n"
NEARLY_FULL = Usage(input_tokens=9_000, output_tokens=10)
FAILURES: dict[str, str | MultipartMessage | Exception] = {
    "model": ModelError("no"),
    "status": StatusError("overloaded", status=529),
    "nothing": "",
    "no recap": "I would rather not.",
    "calls": calls(("Look", {})),
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_invariant_11_a_compaction_that_was_asked_for_and_fails_keeps_the_history(
    session: Session, failure: str | MultipartMessage | Exception
) -> None:
    summariser = ScriptedModel(*[failure] * 5)
    model = ScriptedModel("one", "two", "three", context_window=WINDOW)
    agent = Agent(model=model, compactor=SummaryCompactor(model=summariser))
    async with open_system() as system:
        ref = await system.spawn(Kept(agent, session, model))
        await ref.ask(Prompt("a"))
        await ref.ask(Prompt("b"))
        before = session.transcript.conversation

        with pytest.raises((CompactionError, ModelError)):
            await ref.ask(Compact())
        await ref.ask(Prompt("c"))

    assert texts(model) == ["a", "one", "b", "two", "c"]
    assert read_session(session.directory).conversation[: len(before)] == before


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_invariant_11_a_compaction_that_was_needed_and_fails_is_told_and_the_turn_goes_on(
    session: Session, failure: str | MultipartMessage | Exception
) -> None:
    summariser = ScriptedModel(*[failure] * 5)
    model = ScriptedModel("one", "two", context_window=WINDOW, usage=NEARLY_FULL)
    agent = Agent(model=model, compactor=SummaryCompactor(model=summariser), session=session)
    await agent.run("a")

    events: list[RunEvent] = [event async for event in agent.run("b")]

    assert texts(model) == ["a", "one", "b"]
    assert [e.content for e in events if isinstance(e, Notice)][-1].startswith(
        "the conversation was not compacted: "
    )
    assert read_session(session.directory).conversation == agent.messages


async def test_invariant_11_a_compaction_that_is_killed_half_way_leaves_the_history_or_its_recap(
    home: Home, tmp_path: Path
) -> None:
    model = ScriptedModel(*(["x" * 4_000] * 3), RECAP, context_window=WINDOW)
    agent = Agent(model=model)
    with create_session(home, cwd=tmp_path, durability="none") as session:
        async with open_system() as system:
            ref = await system.spawn(Kept(agent, session, model))
            for _ in range(3):
                await ref.ask(Prompt("go"))
            whole = session.transcript.conversation
            await ref.ask(Compact())
        compacted = session.transcript.conversation
    file = session.directory / "session.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    cut = next(n for n, line in enumerate(lines) if b'"kind":"compaction"' in line)

    assert compacted != whole
    for end in range(cut, len(lines) + 1):
        file.write_bytes(b"".join(lines[:end]))
        found = read_session(session.directory).conversation
        assert found == whole or (found and found == compacted[: len(found)])


@pytest.mark.parametrize("what", [Compact(), Clear()], ids=["compact", "clear"])
@pytest.mark.parametrize("fails_at", range(1, 4))
async def test_invariant_11_a_disk_that_fails_as_the_history_changes_leaves_it_whole(
    session: Session, monkeypatch: pytest.MonkeyPatch, what: Compact | Clear, fails_at: int
) -> None:
    model = ScriptedModel(*(["x" * 4_000] * 3), RECAP, "on I go", context_window=WINDOW)
    write, written = os.write, 0

    def full_for_a_moment(descriptor: int, octets: bytes) -> int:
        nonlocal written
        written += 1
        if written == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, octets)

    async with open_system() as system:
        ref = await system.spawn(Kept(Agent(model=model), session, model))
        for _ in range(3):
            await ref.ask(Prompt("go"))
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", full_for_a_moment)
            await ref.ask(what)
            await ref.ask(Prompt("and now?"))
        model.requests.clear()
        model._steps[:] = ["on I go"]
        await ref.ask(Prompt("and then?"))

    read = model.requests[-1].messages
    assert read == read_session(session.directory).conversation[: len(read)]
    kept = is_recap(read[0]) or response_text(read[1]) == "x" * 4_000
    assert kept == isinstance(what, Compact)


async def test_invariant_11_a_broken_tool_harms_neither_the_other_call_nor_the_turn() -> None:
    model = ScriptedModel(calls(("Look", {}), ("Broken", {})), "sorry")
    tools = [RecordingTool("Look", "seen"), RecordingTool("Broken", ZeroDivisionError("a bug"))]
    agent = Agent(model=model, tools=tools)

    answer = await agent.run("go")

    assert answer.content == "sorry"
    assert texts(model)[2:] == ["seen", "ZeroDivisionError: a bug"]


@pytest.mark.parametrize("lost", range(1, 6))
async def test_invariant_11_a_broken_line_is_one_lost_message_and_is_told(
    session: Session, home: Home, tmp_path: Path, lost: int
) -> None:
    with create_session(home, cwd=tmp_path, durability="none") as kept:
        tools = [RecordingTool("Look", "seen")]
        model = ScriptedModel(calls(("Look", {})), "one", "two")
        agent = Agent(model=model, tools=tools, session=kept)
        await agent.run("a")
        await agent.run("b")
    file = kept.directory / "session.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    at = [number for number, line in enumerate(lines) if b'"kind":"message"' in line][lost]
    lines[at] = lines[at][:40] + b"#" + lines[at][41:]
    file.write_bytes(b"".join(lines))

    transcript = read_session(kept.directory)
    with open_session(kept.directory, durability="none") as again:
        more = ScriptedModel("three")
        await Agent(model=more, tools=tools, session=again).run("c")

    assert transcript.damaged_lines == (at + 1,)
    assert len(transcript.messages) == len(agent.messages) - 1
    assert faults_of(more.requests[0].messages) == []
    assert texts(more)[-1] == "c"


async def test_invariant_11_an_agent_that_crashes_leaves_its_siblings_at_their_work(
    any_schedule: MockClock,
) -> None:
    gate = trio.Event()
    answers: list[str] = []
    async with open_system() as system, trio.open_nursery() as nursery:

        async def ask(ref: Ref[Mail]) -> None:
            with suppress(SagentError):
                answers.append((await ref.ask(Prompt("go"))).content)

        for number in range(3):
            model = ScriptedModel(calls(("Slow", {})), f"done {number}")
            agent = Agent(model=model, tools=[RecordingTool("Slow", gate)])
            nursery.start_soon(ask, await system.spawn(agent))
        crashing = ScriptedModel(calls(("Slow", {})), ZeroDivisionError("a bug"))
        bad = await system.spawn(Agent(model=crashing, tools=[RecordingTool("Slow")]))
        nursery.start_soon(ask, bad)
        exit_ = await bad.closed()
        await wait_all_tasks_blocked()
        gate.set()

    assert exit_.reason == "crashed"
    assert sorted(answers) == ["done 0", "done 1", "done 2"]


async def test_invariant_11_a_watcher_that_goes_away_harms_nobody() -> None:
    seen: list[RunEvent | Missed] = []
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("one", "two")))
        feed = await ref.ask(Watch())
        await ref.ask(Prompt("a"))
        with trio.CancelScope() as scope:
            async for event in feed:
                seen.append(event)
                scope.cancel()

        answer = await ref.ask(Prompt("b"))

    assert answer.content == "two"
    assert len(seen) == 1
