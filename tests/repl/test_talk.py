"""What a person at a terminal sees when they talk to an agent."""

import json
from pathlib import Path

import pytest
from loopback import DONE, Reply, answer, call, chat, frame, refusal, stream_head
from terminal import CTRL_C, CTRL_D, DOWN, ENTER, open_terminal, talk

MARKDOWN = "# Title\n\nSome **bold** words.\n\n- one\n- two\n\n```py\nx = 1\n```\n\nThe end."


async def test_a_conversation_goes_to_and_fro_until_ctrl_d_leaves(project: Path) -> None:
    async with talk(answer(MARKDOWN), answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("hi there")
        await terminal.shows("The end.", "ready")
        first = terminal.text
        await terminal.says("and now?")
        await terminal.shows("Fine.", "ready")
        terminal.type(CTRL_D)
        code = await terminal.ends()

    assert "> hi there" in first
    assert "Title\n\nSome bold words.\n\n • one\n • two\n\n x = 1\n\nThe end." in first
    assert code == 0
    assert [m["content"] for m in server.seen[1].body["messages"]][-1] == "and now?"


@pytest.mark.slow
async def test_what_was_printed_is_not_written_again(project: Path) -> None:
    async with talk(answer(MARKDOWN), answer("Fine."), cwd=project, rows=8) as (terminal, _):
        for words, said in (("hi there", "The end."), ("and now?", "Fine.")):
            await terminal.says(words)
            await terminal.shows(said, "ready")

    assert terminal.text.count("Title") == 1
    assert terminal.text.count("> hi there") == 1


@pytest.mark.slow
async def test_a_paragraph_is_shown_as_it_grows_and_stays_once(project: Path) -> None:
    words = [
        stream_head(),
        *(frame({"choices": [{"delta": {"content": w}}]}) for w in ("One ", "two ")),
    ]
    async with talk(Reply(words, hang=True), cwd=project) as (terminal, _):
        await terminal.says("count")
        await terminal.shows("One two", "thinking")
        terminal.type(CTRL_C)
        await terminal.shows("interrupted", "ready")

    assert terminal.text.count("One two") == 1


@pytest.mark.slow
async def test_thinking_is_one_line_until_it_is_asked_for(project: Path) -> None:
    thought: dict[str, object] = {
        "choices": [{"delta": {"reasoning_content": "Let me see.\nSecret thoughts."}}]
    }
    said: dict[str, object] = {
        "choices": [{"delta": {"content": "Forty-two."}, "finish_reason": "stop"}]
    }
    async with talk(chat(thought, said, DONE), cwd=project) as (terminal, _):
        await terminal.says("what is it?")
        await terminal.shows("Forty-two.", "ready", "∴ thought, 5 words")
        folded = terminal.text
        await terminal.says("/thinking")
        await terminal.shows("Secret thoughts.")

    assert "Secret thoughts." not in folded


async def test_a_tool_call_is_a_line_and_its_result_is_there_when_asked_for(project: Path) -> None:
    run = call("Bash", {"command": "seq 3 5"})
    async with talk(run, answer("Done so."), cwd=project) as (terminal, _):
        await terminal.says("count")
        await terminal.shows("● Bash seq 3 5 → 3 lines", "Done so.", "ready")
        await terminal.says("/last")
        await terminal.shows("3\n4\n5")


@pytest.mark.slow
async def test_a_change_of_a_file_is_shown_with_its_words(project: Path) -> None:
    (project / "a.txt").write_text("one old line\nsame\n")
    change = {"file_path": str(project / "a.txt"), "old_string": "old", "new_string": "new"}
    read = call("Read", {"file_path": str(project / "a.txt")})
    edit = call("Edit", change, call_id="c2")
    async with talk(read, edit, answer("Changed."), cwd=project) as (terminal, _):
        await terminal.says("change it")
        await terminal.shows("-one old line", "+one new line", "Changed.", "ready")


@pytest.mark.slow
async def test_a_failure_is_told_and_the_conversation_goes_on(project: Path) -> None:
    broken = refusal("400 Bad Request", b'{"error": {"message": "no such thing"}}', final=True)
    async with talk(broken, answer("Better."), cwd=project, columns=120) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("✗", "no such thing", "ready")
        await terminal.says("again")
        await terminal.shows("Better.")


async def test_a_question_is_a_menu(project: Path) -> None:
    ask = call("AskUser", {"question": "Which one?", "choices": ["red", "green", "blue"]})
    async with talk(ask, answer("As you like."), cwd=project) as (terminal, server):
        await terminal.says("paint")
        await terminal.shows("Which one?", "▸ 1. red")
        terminal.type(DOWN)
        await terminal.shows("▸ 2. green")
        terminal.type(ENTER)
        await terminal.shows("→ green", "As you like.", "ready")

    assert "The user chose: green" in json.dumps(server.seen[1].body)


@pytest.mark.slow
async def test_own_words_answer_a_question(project: Path) -> None:
    ask = call("AskUser", {"question": "Which one?", "choices": ["red", "green"]})
    async with talk(ask, answer("As you like."), cwd=project) as (terminal, server):
        await terminal.says("paint")
        await terminal.shows("▸ 1. red")
        await terminal.says("mauve")
        await terminal.shows("→ mauve", "As you like.")

    assert "The user says: mauve" in json.dumps(server.seen[1].body)


@pytest.mark.slow
async def test_a_plan_is_shown_in_lines(project: Path) -> None:
    todos = [{"content": "Look", "status": "completed"}, {"content": "Leap", "status": "pending"}]
    async with talk(call("Todo", {"todos": todos}), answer("Set."), cwd=project) as (
        terminal,
        _,
    ):
        await terminal.says("plan")
        await terminal.shows("1 of 2 done", "✓ Look", "· Leap", "Set.")


@pytest.mark.slow
async def test_nothing_that_a_model_says_acts_on_the_terminal(project: Path) -> None:
    evil = "Hi \x1b]0;owned\x07\x1b[2Jthere\u202e."
    async with talk(answer(evil), cwd=project) as (terminal, _):
        await terminal.says("go")
        await terminal.shows("there.", "ready")

    assert b"\x1b]0;owned" not in terminal.written
    assert b"\x1b[2J" not in terminal.written
    assert "> go" in terminal.text


@pytest.mark.slow
async def test_an_agent_that_cannot_be_is_told_in_a_line_when_the_prompt_has_gone() -> None:
    async with open_terminal("--model", "m", "--provider", "Nobody") as terminal:
        code = await terminal.ends()
        await terminal.until(lambda: terminal.closed)

    assert code == 2
    assert terminal.rows[0].startswith("sagent: unknown provider")


@pytest.mark.slow
async def test_what_is_wrong_with_a_project_is_told_above_the_prompt(project: Path) -> None:
    (project / "AGENTS.md").write_bytes(b"\xff\xfe\x00" * 10)
    async with talk(answer("Fine."), cwd=project, columns=200) as (terminal, _):
        await terminal.shows("AGENTS.md", "ready")
