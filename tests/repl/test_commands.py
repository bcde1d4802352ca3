"""Commands that begin with a slash, and shell lines."""

import json
from pathlib import Path

import pytest
from loopback import Reply, answer, frame, refusal, stream_head
from terminal import CTRL_D, ENTER, ESC, talk

from sagent.home import Home
from sagent.message import Descriptor, TextMessage
from sagent.session import MessageRecord, create_session

HANGS = Reply([stream_head(), frame({"choices": [{"delta": {"content": "Well "}}]})], hang=True)


@pytest.mark.slow
async def test_commands_tell_how_things_stand(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project, rows=60) as (terminal, _):
        await terminal.says("hi")
        await terminal.shows("Fine.", "ready")
        for command, told in (
            ("/status", "phase      idle"),
            ("/tools", "AgentSpawn"),
            ("/agents", "Agent: idle"),
            ("/cost", "7 tokens in"),
            ("/tasks", "nothing runs in the background"),
            ("/memory", "Nothing is remembered yet."),
            ("/skills", "no skills"),
            ("/model", "m: /model NAME takes another"),
            ("/help", "Ctrl-Z suspends"),
            ("/staus", "unknown command: /staus; did you mean /status?"),
        ):
            await terminal.says(command)
            await terminal.shows(told)


async def test_a_server_of_ones_own_is_asked_what_models_it_has(project: Path) -> None:
    listing = json.dumps({"data": [{"id": "qwen"}, {"id": "mistral"}]}).encode()
    async with talk(refusal("200 OK", listing), cwd=project) as (terminal, _):
        await terminal.says("/model")
        await terminal.shows("m: /model NAME takes another", "the server has qwen, mistral")


@pytest.mark.slow
async def test_a_cleared_conversation_begins_anew(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("remember this")
        await terminal.shows("Fine.", "ready")
        await terminal.says("/clear")
        await terminal.shows("the conversation is cleared")
        await terminal.says("and now?")
        await terminal.shows("> and now?", "ready")
        await terminal.until(lambda: len(server.seen) == 2)

    assert "remember this" not in json.dumps(server.seen[1].body)


@pytest.mark.slow
async def test_a_shell_line_is_for_the_person_and_two_marks_tell_the_agent(project: Path) -> None:
    async with talk(answer("Seen."), cwd=project) as (terminal, server):
        await terminal.says("!echo $((40 + 2))")
        await terminal.shows("\n42\n")
        asked = len(server.seen)
        await terminal.says("!!echo $((50 + 3))")
        await terminal.shows("\n53\n", "Seen.", "ready")

    assert asked == 0
    assert "53" in server.seen[0].body["messages"][-1]["content"]


@pytest.mark.slow
async def test_another_model_goes_on(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("/model other")
        await terminal.shows("going on with other")
        await terminal.says("hi")
        await terminal.shows("Fine.", "ready · other")

    assert server.seen[0].body["model"] == "other"


@pytest.mark.slow
async def test_a_turn_is_taken_back_and_can_be_written_anew(project: Path) -> None:
    async with talk(answer("One."), answer("Two."), answer("Three."), cwd=project) as (t, server):
        await t.says("first")
        await t.shows("One.", "ready")
        await t.says("second")
        await t.shows("Two.", "ready")
        await t.says("/undo")
        await t.shows("the last turn is taken back")
        await t.until(lambda: "> second" in t.rows)
        t.type(" time\r")
        await t.shows("Three.")

    said = [message["content"] for message in server.seen[2].body["messages"]]
    assert said[-3:] == ["first", "One.", "second time"]


@pytest.mark.slow
async def test_an_answer_that_was_interrupted_is_taken_back_with_what_led_to_it(
    project: Path,
) -> None:
    async with talk(HANGS, answer("Fine."), cwd=project, rows=40) as (terminal, _):
        await terminal.says("first")
        await terminal.shows("Well", "thinking")
        terminal.type(ESC)
        await terminal.shows("interrupted", "ready")
        await terminal.says("/undo")
        await terminal.shows("the last turn is taken back")
        await terminal.until(lambda: terminal.rows.count("> first") == 2)

    assert "the user interrupted" not in terminal.text


@pytest.mark.slow
async def test_a_session_is_exported_forked_and_gone_on_with(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("keep this")
        await terminal.shows("Fine.", "ready")
        await terminal.says("/export told.md")
        await terminal.shows("written:")
        await terminal.says("/fork")
        await terminal.shows("2 messages ──", "ready")
        await terminal.says("go on")
        await terminal.until(lambda: len(server.seen) == 2)
        await terminal.shows("ready")
        terminal.type(CTRL_D)
        await terminal.ends()

    assert "keep this" in (project / "told.md").read_text()
    assert "keep this" in json.dumps(server.seen[1].body)


@pytest.mark.slow
async def test_what_cannot_be_gone_on_with_leaves_the_person_where_they_are(
    home: Path, project: Path
) -> None:
    with create_session(Home(home), cwd=project) as busy:
        busy.append(MessageRecord(TextMessage("mine", Descriptor.USER)))
        async with talk(answer("Fine."), answer("On."), cwd=project) as (terminal, server):
            await terminal.says("/fork")
            await terminal.shows("nothing was said yet")
            await terminal.says(f"/resume {busy.id}")
            await terminal.shows("is written by process", "ready")
            await terminal.says("keep this")
            await terminal.shows("Fine.", "ready")
            await terminal.says(f"/resume {busy.id}")
            await terminal.shows("is written by process", "2 messages ──", "ready")
            await terminal.says("go on")
            await terminal.shows("On.", "ready")

    assert "keep this" in json.dumps(server.seen[1].body)


@pytest.mark.slow
async def test_another_session_is_chosen_from_a_list(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("the first session")
        await terminal.shows("Fine.", "ready")
        terminal.type(CTRL_D)
        await terminal.shows("goes on with this")
        await terminal.ends()
    async with talk(answer("Well."), cwd=project) as (terminal, server):
        await terminal.says("/resume")
        await terminal.shows("▸ 1.", "the first session")
        terminal.type(ENTER)
        await terminal.shows("> the first session", "2 messages ──", "ready")
        await terminal.says("and on")
        await terminal.shows("Well.", "ready")

    assert "the first session" in json.dumps(server.seen[0].body)
