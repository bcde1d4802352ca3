"""What a conversation survives: odd commands, and terminals of other alphabets."""

from pathlib import Path

import pytest
from command import at
from loopback import answer, open_loopback
from terminal import ALT_ENTER, CTRL_D, ENTER, open_terminal, talk


@pytest.mark.slow
async def test_a_command_that_fails_for_a_reason_of_its_own_ends_nothing(project: Path) -> None:
    async with talk(answer("Hi."), cwd=project, rows=40) as (terminal, _):
        terminal.type(f"/last {'9' * 5_000}", ENTER)
        await terminal.shows("✗")
        await terminal.says("hello")
        await terminal.shows("Hi.", "ready")


@pytest.mark.slow
async def test_a_command_may_go_on_in_the_next_line(project: Path) -> None:
    (project / ".sagent" / "commands").mkdir(parents=True)
    (project / ".sagent" / "commands" / "fix.md").write_text("Mend this: $ARGUMENTS")
    async with talk(answer("Mended."), cwd=project) as (terminal, server):
        terminal.type("/fix", ALT_ENTER, "the bug", ENTER)
        await terminal.shows("Mended.", "ready")

    assert server.seen[0].body["messages"][-1]["content"] == "Mend this: the bug"


ASCII = {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}


@pytest.mark.slow
async def test_a_conversation_is_exported_whatever_the_locale(project: Path) -> None:
    async with (
        open_loopback(answer("naïve → plain")) as server,
        open_terminal(*at(server), environ=ASCII, cwd=project) as terminal,
    ):
        await terminal.shows("ready")
        await terminal.says("hello")
        await terminal.shows("plain", "ready")
        await terminal.says("/export it.md")
        await terminal.shows("written")
        terminal.type(CTRL_D)
        assert await terminal.ends() == 0

    assert "naïve → plain" in (project / "it.md").read_text(encoding="utf-8")


@pytest.mark.slow
async def test_a_directory_that_is_gone_meanwhile_is_no_failure(project: Path) -> None:
    async with talk(answer("Hi."), cwd=project) as (terminal, _):
        await terminal.says("hello")
        await terminal.shows("Hi.", "ready")
        project.rmdir()  # noqa: ASYNC240  # at once
        terminal.type(CTRL_D)

        assert await terminal.ends() == 0
