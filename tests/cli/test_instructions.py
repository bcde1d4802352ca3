"""What the model is told before all else."""

from pathlib import Path

from command import at, sagent
from loopback import answer, open_loopback

from sagent.home import Home


async def system_prompt(*flags: str) -> str:
    async with open_loopback(answer("hello")) as server:
        done = await sagent("hi", *at(server), *flags)
    assert (done.returncode, done.stderr) == (0, b"")
    return str(server.seen[0].body["messages"][0]["content"])


async def test_instructions_of_the_project_and_memory_of_it_are_in_the_system_prompt(
    project: Path, home: Path
) -> None:
    (project / "AGENTS.md").write_text("Indent by three.")

    prompt = await system_prompt()

    assert "You are sagent" in prompt
    assert "Indent by three." in prompt
    assert f"{Home(home).project(project)}/memory" in prompt


async def test_a_role_of_the_users_own_stands_in_place_of_ours(project: Path) -> None:
    prompt = await system_prompt("--system", "You are a poet.", "--append-system", "Speak Latin.")

    assert prompt.startswith("You are a poet.")
    assert prompt.endswith("Speak Latin.")
    assert "sagent" not in prompt.partition("# Memory")[0].replace(str(project), "")


async def test_a_project_that_is_not_trusted_says_nothing(project: Path, tmp_path: Path) -> None:
    (project / "AGENTS.md").write_text("Indent by three.")

    prompt = await system_prompt("--no-project-instructions")

    assert "Indent by three." not in prompt


async def test_other_directories_have_a_say_when_they_are_named(
    project: Path, tmp_path: Path
) -> None:
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "AGENTS.md").write_text(f"Count {name}.")

    prompt = await system_prompt("--add-dir", "../one", "../two", "--add-dir", "../three")

    assert all(f"Count {name}." in prompt for name in ("one", "two", "three"))
