"""What a run sends."""

from pathlib import Path

import pytest
from command import Command, at
from loopback import answer, call, serve_loopback

from sagent.tools import DEFAULT_TOOLS


def test_the_first_request_with_the_default_tools_is_at_most_16_kb(sagent: Command) -> None:
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "hi")

    names = {tool["function"]["name"] for tool in server.seen[0].body["tools"]}
    assert names == {*DEFAULT_TOOLS} - {"AskUser"}  # nobody is there to be asked
    assert len(server.seen[0].octets) <= 16 * 1024


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (("--tools", "none"), []),
        (("--tools", "Read", "Grep"), ["Read", "Grep"]),
        (("--tools", "Read,Grep"), ["Read", "Grep"]),
    ],
)
def test_tools_are_chosen_by_name(
    sagent: Command, flags: tuple[str, ...], names: list[str]
) -> None:
    with serve_loopback(answer("hello")) as server:
        sagent("hi", *at(server), *flags)

    tools = server.seen[0].body.get("tools", [])
    assert [tool["function"]["name"] for tool in tools] == names


def test_the_skills_of_project_and_user_are_listed_once(
    sagent: Command, project: Path, home: Path
) -> None:
    for place, name in ((project / ".agents", "tidy"), (home, "own")):
        folder = place / "skills" / name
        folder.mkdir(parents=True)
        (folder / "SKILL.md").write_text(f"---\nname: {name}\ndescription: Does {name}\n---\nGo.\n")
    with serve_loopback(call("Skill", {"skill": "tidy"}), answer("hello")) as server:
        sagent(*at(server), "hi")

    first, second = (request.body["messages"] for request in server.seen)
    system = str(first[0]["content"])
    assert system.count("- tidy: Does tidy\n- own: Does own") == 1
    assert system.count("# Skills") == 1
    assert second[0] == first[0]
    assert "Go." in second[-1]["content"]


def test_without_the_tool_no_skill_is_read(sagent: Command, project: Path) -> None:
    folder = project / ".agents/skills/broken"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: broken\n---\n")
    with serve_loopback(answer("hello"), answer("hello")) as server:
        without = sagent(*at(server), "--tools", "Read", "--", "hi")
        with_it = sagent(*at(server), "hi")

    assert without.stderr == b""
    assert b"is not used: it has no description" in with_it.stderr
    assert "# Skills" not in str(server.seen[0].body["messages"][0]["content"])


def test_the_skills_of_a_project_that_is_not_trusted_are_not_listed(
    sagent: Command, project: Path
) -> None:
    folder = project / ".agents/skills/tidy"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: tidy\ndescription: Tidies\n---\nGo.\n")
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), "--no-project-instructions", "hi")

    assert "tidy" not in str(server.seen[0].body["messages"][0]["content"])


def test_a_file_that_the_prompt_names_goes_with_it(sagent: Command, project: Path) -> None:
    (project / "a.py").write_text("print(1)\n")
    with serve_loopback(answer("hello")) as server:
        ended = sagent("explain @a.py, please", *at(server))

    said = str(server.seen[0].body["messages"][-1]["content"])
    assert "explain @a.py, please" in said
    assert "[attached by the user: a.py]\n1\tprint(1)" in said
    assert ended.stderr == b""


def test_in_what_is_piped_in_no_file_is_named(sagent: Command, project: Path) -> None:
    (project / "a.py").write_text("print(1)\n")
    with serve_loopback(answer("hello")) as server:
        sagent(*at(server), stdin=b"a page that says @a.py")

    assert "print(1)" not in str(server.seen[0].body["messages"])


def test_what_is_piped_in_goes_with_the_prompt(sagent: Command, project: Path) -> None:
    (project / "a.py").write_text("print(1)\n")
    with serve_loopback(answer("hello")) as server:
        ended = sagent("review this", *at(server), stdin=b"- @a.py\n+ @b.py\n")

    said = str(server.seen[0].body["messages"][-1]["content"])
    assert "review this" in said
    assert "[attached by the user: standard input]\n- @a.py\n+ @b.py" in said
    assert "print(1)" not in said
    assert ended.stderr == b""


@pytest.mark.parametrize("piped", [b"", b" \n"])
def test_where_nothing_is_piped_in_the_prompt_is_all_that_is_said(
    piped: bytes, sagent: Command
) -> None:
    with serve_loopback(answer("hello")) as server:
        sagent("hi", *at(server), stdin=piped)

    assert server.seen[0].body["messages"][-1]["content"] == "hi"
