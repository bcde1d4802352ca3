"""Commands that change the conversation, and those that reach other agents."""

import json
import re
from base64 import b64encode
from pathlib import Path

import pytest
from loopback import Reply, answer, call, frame, stream_head
from terminal import CTRL_C, CTRL_D, DOWN, ENTER, ESC, UP, talk

from sagent.errors import UsageError
from sagent.repl._clipboard import MOST_BYTES, clipboard_sequence

SLOW = Reply([stream_head(), frame({"choices": [{"delta": {"content": "Well "}}]})], hang=True)


@pytest.mark.slow
async def test_a_conversation_is_compacted_with_what_to_heed(project: Path) -> None:
    recap = answer("## Goal\nWe speak of ships.\n\n## Next step\nName one.")
    async with talk(answer("Ships. " * 9000), recap, answer("On."), cwd=project, rows=40) as (
        t,
        server,
    ):
        await t.says("tell me of ships")
        await t.shows("Ships.", "ready", "tokens")
        await t.says("/compact keep the names")
        await t.shows("compacted, from", "We speak of ships.", "ready")
        await t.says("go on")
        await t.shows("On.", "ready")

    assert "keep the names" in json.dumps(server.seen[1].body)
    assert "We speak of ships." in json.dumps(server.seen[2].body)


@pytest.mark.slow
async def test_another_agent_is_spoken_to_and_ended(project: Path) -> None:
    spawn = call("AgentSpawn", {"label": "kid", "prompt": "wait", "persistent": True})
    replies = (spawn, answer("Hi."), answer("It waits."), answer("I hear."))
    async with talk(*replies, cwd=project, rows=40) as (terminal, server):
        await terminal.says("start one")
        await terminal.shows("It waits.", "ready")
        await terminal.says("/agents")
        await terminal.shows("kid")
        await terminal.says("/send kid are you there?")
        await terminal.shows("sent to kid")
        await terminal.until(lambda: any("you there?" in str(seen.body) for seen in server.seen))
        await terminal.says("/kill kid")
        await terminal.shows("kid is ended")
        await terminal.says("/send kid again")
        await terminal.shows("no agent is named 'kid'")


@pytest.mark.slow
async def test_a_background_call_is_listed_and_ended(project: Path) -> None:
    sleep = call("Bash", {"command": "sleep 1000", "run_in_background": True})
    async with talk(sleep, answer("It runs."), answer("Ended."), cwd=project) as (terminal, _):
        await terminal.says("sleep")
        await terminal.shows("It runs.", "1 in background")
        await terminal.says("/tasks")
        task = re.compile(r"^  (\S+)  \w+ \S+  Bash sleep 1000", re.MULTILINE)
        await terminal.until(lambda: task.search(terminal.text) is not None)
        await terminal.says(f"/kill {task.findall(terminal.text)[0]}")
        await terminal.shows("is ended")
        await terminal.lacks("1 in background")


@pytest.mark.slow
@pytest.mark.parametrize("opening", [("/rewind", ENTER), (ESC, ESC)])
async def test_the_point_to_go_back_to_is_chosen_from_a_menu(
    opening: tuple[str, ...], project: Path
) -> None:
    replies = (answer("One."), answer("Two."), answer("Three."))
    async with talk(*replies, cwd=project, rows=40) as (terminal, server):
        for said, told in (("first", "One."), ("second", "Two.")):
            await terminal.says(said)
            await terminal.shows(told, "ready")
        terminal.type(*opening)
        await terminal.shows("▸ 1. second", "2. first")
        terminal.type(DOWN)
        await terminal.shows("▸ 2. first")
        terminal.type(ENTER)
        await terminal.shows("the conversation is as it was before that")
        await terminal.until(lambda: terminal.rows.count("> first") == 2)
        terminal.type(" time", ENTER)
        await terminal.shows("Three.", "ready")

    messages = [message["content"] for message in server.seen[2].body["messages"]]
    assert messages[-1] == "first time"
    assert "second" not in messages


@pytest.mark.slow
async def test_of_messages_of_the_same_words_each_can_be_gone_back_to(project: Path) -> None:
    told = ("One.", "Two.", "Three.")
    async with talk(*map(answer, told), cwd=project, rows=40) as (terminal, _):
        for words in told:
            await terminal.says("go on")
            await terminal.shows(words, "ready")

        await terminal.says("/rewind")

        await terminal.shows("1. go on", "2. go on · 1 earlier", "3. go on · 2 earlier")


@pytest.mark.slow
async def test_an_answer_is_copied_by_the_terminal(project: Path) -> None:
    async with talk(answer("Fine: \x07 日本."), cwd=project) as (terminal, _):
        await terminal.says("/copy")
        await terminal.shows("there is no answer yet")
        await terminal.says("go")
        await terminal.shows("Fine:", "ready")
        await terminal.says("/copy")
        await terminal.shows("sent to the clipboard: 11 characters")

    copied = b64encode("Fine: \x07 日本.".encode())
    assert terminal.written.count(b"\x1b]52;c;" + copied + b"\x07") == 1


def test_more_than_terminals_take_is_not_copied() -> None:
    with pytest.raises(UsageError, match="/export writes a file"):
        clipboard_sequence("x" * (MOST_BYTES + 1))


@pytest.mark.slow
async def test_a_conversation_is_written_as_a_page_and_as_lines(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        await terminal.says("keep this")
        await terminal.shows("Fine.", "ready")
        for name in ("told.html", "told.jsonl"):
            await terminal.says(f"/export {name}")
            await terminal.until((project / name).exists)
        await terminal.says("/export told.html")
        await terminal.shows("cannot be written: File exists")

    assert "keep this" in (project / "told.html").read_text()
    assert len((project / "told.jsonl").read_text().splitlines()) == 2


@pytest.mark.slow
async def test_several_messages_wait_in_order_and_are_withdrawn_from_the_last(
    project: Path,
) -> None:
    async with talk(SLOW, answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("go")
        await terminal.shows("Well", "thinking")
        for said in ("one", "two", "three"):
            await terminal.says(said)
            await terminal.shows(f"⏳ {said}")
        terminal.type(UP)
        await terminal.shows("> three", "2 queued")
        terminal.type("\x15", UP)
        await terminal.shows("> two", "1 queued")
        terminal.type("\x15")
        terminal.type(CTRL_C)
        await terminal.shows("interrupted", "> one", "ready")
        terminal.type(ENTER)
        await terminal.shows("Fine.", "ready")
        terminal.type(CTRL_D)
        await terminal.ends()

    assert server.seen[-1].body["messages"][-1]["content"].endswith("one")
