"""Skills, as an agent takes them up."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio
from histories import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from recaps import ANSWER as RECAP

from sagent.actors import open_system
from sagent.agent import Agent, Compact, Prompt
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, is_error, is_message, result_text
from sagent.prompt import Skills, list_skill_files, load_skills
from sagent.testing import ScriptedModel, calls
from sagent.tool import Binding, Workspace
from sagent.tools import Read, Skill

LONG = "word " * 2_000


def write(
    place: Path, name: str = "tidy", *matter: str, body: str = "Sweep.", description: str = "Tidies"
) -> Path:
    """Write a skill in *place*, a folder of skills, and give its own folder."""
    folder = place / name
    folder.mkdir(parents=True)
    lines = ["---", f"name: {name}", f"description: {description}", *matter, "---", body, ""]
    (folder / "SKILL.md").write_text("\n".join(lines))
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder of a project's skills."""
    return tmp_path / "project/.agents/skills"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SAGENT_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


def found(place: Path) -> Skills:
    return load_skills(cwd=place.parents[1], home=Home(place.parents[2] / "home"))


async def given_for(skills: Skills, name: str = "tidy", **more: JSON) -> Message:
    """Give what the tool gives that knows *skills*."""
    return await Skill(skills=skills).run(JsonMessage({"skill": name, **more}))


async def text_for(skills: Skills, name: str = "tidy", **more: JSON) -> str:
    result = await given_for(skills, name, **more)
    assert not is_error(result)
    return result_text(result)


async def fault_for(skills: Skills, name: str = "tidy") -> str:
    result = await given_for(skills, name)
    assert is_error(result)
    assert "\n" not in result_text(result)
    return result_text(result)


async def test_a_skill_gives_its_instructions_with_its_folder_and_its_files(place: Path) -> None:
    folder = write(place, body="Run scripts/sweep.py.")
    (folder / "scripts").mkdir()
    (folder / "scripts/sweep.py").touch()
    (folder / "rooms.md").touch()
    (folder / ".hidden").touch()

    text = await text_for(found(place))

    head, files, _, body = text.splitlines()
    assert str(folder) in head
    assert files.endswith("rooms.md, scripts/sweep.py]")
    assert body == "Run scripts/sweep.py."


async def test_what_a_skill_needs_is_told(place: Path) -> None:
    write(place, "tidy", "compatibility: >", "  a broom and", "  the network")

    assert "\n[It needs: a broom and the network]\n" in await text_for(found(place))


async def test_a_skill_without_end_to_its_needs_is_told(place: Path) -> None:
    write(place, "tidy", f"compatibility: {'broom ' * 100}")

    skills = found(place)

    assert "longer than 500" in skills.warnings[0]
    assert len(skills.find("tidy").compatibility) == 500


async def test_a_long_list_of_files_is_cut_and_says_so(place: Path) -> None:
    folder = write(place)
    for number in range(60):
        (folder / f"{number:02}.md").touch()

    text = await text_for(found(place))

    assert "49.md, and more]" in text
    assert "50.md" not in text


async def test_a_skill_with_very_many_folders_is_not_searched_to_its_end(place: Path) -> None:
    folder = write(place)
    for number in range(120):
        (folder / f"{number:03}").mkdir()
        (folder / f"{number:03}/a.md").touch()

    assert list_skill_files(folder, most=500).names[-1] == "098/a.md"
    assert list_skill_files(folder, most=500).has_more


async def test_files_behind_a_link_to_a_folder_are_not_listed(place: Path, tmp_path: Path) -> None:
    folder = write(place)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/secret.txt").touch()
    (folder / "link").symlink_to(tmp_path / "elsewhere")

    assert "secret.txt" not in await text_for(found(place))


@pytest.mark.parametrize(
    ("body", "args", "filled"),
    [
        ("Sweep $ARGUMENTS now.", "the hall", "Sweep the hall now."),
        ("Sweep $ARGUMENTS.", "", "Sweep ."),
        ("$ARGUMENTS[1], then $ARGUMENTS[0]", "'the hall' stairs", "stairs, then the hall"),
        ("$ARGUMENTS[7]!", "hall", "!"),
        ("$ARGUMENTS[0]", "it's", "it's"),
        ("Sweep.", "the hall", "Sweep.\n\nArguments: the hall"),
        ("Sweep $ARGUMENTS_ALL.", "", "Sweep $ARGUMENTS_ALL."),
        ("$ARGUMENTS", r"\1 $ARGUMENTS", r"\1 $ARGUMENTS"),
    ],
)
async def test_arguments_stand_where_the_skill_wants_them(
    place: Path, body: str, args: str, filled: str
) -> None:
    write(place, body=body)

    assert (await text_for(found(place), args=args)).endswith(f"\n\n{filled}")


async def test_a_skill_may_name_its_own_folder(place: Path) -> None:
    folder = write(place, body="python ${CLAUDE_SKILL_DIR}/a.py")

    assert f"python {folder}/a.py" in await text_for(found(place))


async def test_an_unknown_skill_is_told_with_those_that_there_are_the_most_similar_first(
    place: Path,
) -> None:
    for name in ("a-first", "release-notes", "tidy"):
        write(place, name)

    told = await fault_for(found(place), "tidyup")

    assert told == "unknown skill: 'tidyup'; there are: tidy, a-first, release-notes"


async def test_of_very_many_skills_the_most_similar_are_named(place: Path) -> None:
    for number in range(30):
        write(place, f"skill-{number}")

    assert (await fault_for(found(place), "x")).endswith("(and 10 more)")


async def test_a_skill_that_could_not_be_used_is_told_with_what_is_wrong(place: Path) -> None:
    write(place, description="")
    write(place, "binary").joinpath("SKILL.md").write_bytes(b"\0\1")

    assert "it has no description" in await fault_for(found(place))
    assert "it is not a text" in await fault_for(found(place), "binary")


async def test_a_skill_that_went_since_it_was_listed_is_told(place: Path) -> None:
    folder = write(place)
    skills = found(place)
    folder.joinpath("SKILL.md").unlink()

    assert "is not there any more" in await fault_for(skills)


async def test_a_skill_without_instructions_is_told(place: Path) -> None:
    write(place, body="")

    assert "has no instructions" in await fault_for(found(place))


async def test_a_skill_for_people_alone_is_neither_given_nor_named(place: Path) -> None:
    write(place, "deploy", "disable-model-invocation: true")

    assert "ask the user" in await fault_for(found(place), "deploy")
    assert (await fault_for(found(place), "other")).endswith("there are: none")


async def test_what_is_too_long_is_cut_and_says_so(place: Path) -> None:
    write(place, body="sweep the floor\n" * 10_000)

    text = await text_for(found(place))

    assert text.endswith("[cut: the file has 160040 bytes]")
    assert len(text) < 101_000


async def test_what_is_not_utf_8_is_told(place: Path) -> None:
    folder = write(place)
    with folder.joinpath("SKILL.md").open("ab") as file:
        file.write("Fegen für Könner.".encode("latin-1"))

    text = await text_for(found(place))

    assert "Fegen f\N{REPLACEMENT CHARACTER}r" in text
    assert "not all UTF-8" in text.splitlines()[-1]


async def test_a_tool_that_was_given_no_skills_finds_those_of_its_agents_directory(
    place: Path, home: Home
) -> None:
    write(place)
    write(home.root / "skills", "own")
    tool = Skill().bind(Binding(agent="any", workspace=Workspace(place.parents[1])))

    near = await tool.run(JsonMessage({"skill": "tidy"}))
    own = await tool.run(JsonMessage({"skill": "own"}))

    assert not is_error(near)
    assert not is_error(own)


async def test_the_skills_stand_once_in_the_system_prompt_and_always_with_the_same_bytes(
    place: Path,
) -> None:
    for name in ("tidy", "cook"):
        write(place, name, description=f"How to {name}")
    model = ScriptedModel(calls(("Skill", {"skill": "tidy"})), "done", "again")
    agent = Agent(model=model, system="Be kind.", tools=[Skill(skills=found(place))])

    await agent.run("go")
    await agent.run("go on")

    (system,) = {request.system for request in model.requests}
    assert system.startswith("Be kind.\n\n# Skills\n\n")
    assert system.endswith("- cook: How to cook\n- tidy: How to tidy")


async def test_without_skills_there_is_nothing_in_the_system_prompt() -> None:
    model = ScriptedModel("done", "done")

    await Agent(model=model, tools=[Skill(skills=Skills())]).run("go")
    await Agent(model=model, tools=[Skill()]).run("go")

    assert [request.system for request in model.requests] == ["", ""]


async def test_the_files_of_a_skill_can_be_read_wherever_they_are(
    home: Home, tmp_path: Path
) -> None:
    folder = write(home.root / "skills", "own", body="Read rooms.md.")
    (folder / "rooms.md").write_text("the hall")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    model = ScriptedModel(
        calls(("Skill", {"skill": "own"})),
        calls(("Read", {"file_path": f"{folder}/rooms.md"})),
        "done",
    )

    await Agent(model=model, tools=[Skill(), Read()], cwd=workspace).run("go")

    assert "the hall" in texts(model)[-1]


async def test_the_files_of_a_skill_that_is_linked_into_the_home_can_be_read(
    home: Home, place: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "elsewhere", body="Read rooms.md.")
    (folder / "rooms.md").write_text("the hall")
    write(place, "other")
    (home.root / "skills").mkdir(parents=True)
    (home.root / "skills" / "tidy").symlink_to(folder)
    skill = await text_for(load_skills(cwd=place.parents[1], home=home))
    workspace = Workspace(place.parents[1])
    read = Read().bind(Binding(agent="any", workspace=workspace))

    rooms = await read.run(JsonMessage({"file_path": f"{folder}/rooms.md"}))

    assert str(folder) in skill
    assert "the hall" in result_text(rooms)


async def test_a_skill_that_was_taken_up_outlives_a_compaction(place: Path) -> None:
    write(place, body="Sweep $ARGUMENTS from the far end.")
    model = ScriptedModel(
        calls(("Skill", {"skill": "tidy", "args": "the hall"})), LONG, RECAP, "two"
    )
    async with open_system() as system:
        agent = Agent(model=model, tools=[Skill(skills=found(place))])
        ref = await system.spawn(agent)
        await ref.ask(Prompt(LONG))

        await ref.ask(Compact())
        await ref.ask(Prompt("b"))

    first = result_text(model.requests[-1].messages[0])
    assert "The skill tidy, which is in use" in first
    assert "Sweep the hall from the far end." in first


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["tidy", "", "..", "/", "\0", "\ud800", "*"]) | st.text(max_size=12),
    args=st.sampled_from(["$ARGUMENTS", "'", "\\", "\0", "\ud800"]) | st.text(max_size=12),
    body=st.text(st.characters(codec="utf-8"), max_size=40),
)
def test_any_arguments_give_a_result_or_an_error(name: str, args: str, body: str) -> None:
    async def run(folder: Path) -> Message:
        write(folder / ".sagent/skills", body=f"{body} $ARGUMENTS[0]")
        skills = load_skills(cwd=folder, home=Home(folder / "home"))
        return await given_for(skills, name, args=args)

    with TemporaryDirectory() as folder:
        assert is_message(trio.run(run, Path(folder)))
