"""What is said by a name: commands in files, skills; and what Tab offers after a command."""

from pathlib import Path

import pytest
from loopback import answer
from terminal import CTRL_U, ENTER, TAB, talk


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.slow
async def test_a_prompt_in_a_file_is_said_by_its_name(project: Path) -> None:
    (project / "a.py").write_text("one\n")
    write(
        project / ".sagent/commands/git/review.md",
        "---\ndescription: Review a file\nargument-hint: FILE\n---\nReview $1 (@$1) for $ARGUMENTS.",
    )
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        terminal.type("/git:r")
        await terminal.shows("/git:review", "Review a file")
        terminal.type("\x15")
        await terminal.says("/git:review a.py bugs")
        await terminal.shows("> /git:review a.py bugs", "attached a.py (1 line)", "Fine.", "ready")

    said = server.seen[0].body["messages"][-1]["content"]
    assert said.startswith("Review a.py (@a.py) for a.py bugs.\n")
    assert "1\tone" in said


@pytest.mark.slow
async def test_a_skill_is_said_by_its_name(project: Path) -> None:
    write(
        project / ".sagent/skills/tidy/SKILL.md",
        "---\nname: tidy\ndescription: Tidies up\ndisable-model-invocation: true\n---\nTidy it.",
    )
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("/tidy the desk")
        await terminal.shows("> /tidy the desk", "Fine.", "ready")

    said = server.seen[0].body["messages"][-1]["content"]
    assert "Tidy it.\n\nArguments: the desk" in said


@pytest.mark.slow
async def test_commands_of_files_are_in_help_and_those_of_sagents_own_stay(
    project: Path, home: Path
) -> None:
    write(home / "commands/mine.md", "Do mine.")
    write(project / ".claude/commands/help.md", "Help!")
    async with talk(answer("Fine."), cwd=project, rows=60, columns=200) as (terminal, _):
        await terminal.shows("/help is a command of sagent's own")
        await terminal.says("/help")
        await terminal.shows("/mine", "Do mine.", "/undo", "Ctrl-V")
        await terminal.says("/mime")
        await terminal.shows("unknown command: /mime; did you mean /mine?")


@pytest.mark.slow
async def test_tab_offers_models_and_efforts(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, _):
        for typed, whole in (("/effort med", "medium"), ("/kill Ag", "Agent")):
            terminal.type(CTRL_U, typed)
            await terminal.shows(f"> {typed}\n", whole)
            terminal.type(TAB)
            await terminal.shows(f"> {typed.split()[0]} {whole}\n")


@pytest.mark.slow
async def test_effort_is_shown_and_set(project: Path) -> None:
    async with talk(answer("Fine."), cwd=project) as (terminal, server):
        await terminal.says("/effort")
        await terminal.shows("as the model does by itself: /effort LEVEL sets it")
        await terminal.says("/effort high")
        await terminal.shows("thinking: high")
        await terminal.says("/effort much")
        await terminal.shows("no effort is called 'much': choose none, minimal, low")
        terminal.type("hi", ENTER)
        await terminal.shows("Fine.", "ready")

    assert server.seen[0].body["reasoning_effort"] == "high"
