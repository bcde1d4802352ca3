from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagent.errors import UnknownNameError
from sagent.home import Home
from sagent.prompt import Skill, Skills, load_skills
from sagent.prompt._named import MOST_LISTED_CHARS, MOST_LISTING_CHARS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project/.git").mkdir(parents=True)
    (tmp_path / "project/sub").mkdir()
    return tmp_path / "project"


def write(folder: Path, *matter: str, body: str = "Do it.") -> Path:
    folder.mkdir(parents=True)
    path = folder / "SKILL.md"
    path.write_text("\n".join(["---", *matter, "---", body, ""]))
    return path


def names(skills: Skills) -> list[str]:
    return [skill.name for skill in skills.found]


def test_skills_are_found_in_all_places_the_nearest_first(home: Home, project: Path) -> None:
    write(home.root / "skills/f", "name: f", "description: D")
    write(project / ".sagent/skills/d", "name: d", "description: D")
    write(project / ".agents/skills/e", "name: e", "description: D")
    write(project / "sub/.sagent/skills/a", "name: a", "description: D")
    write(project / "sub/.claude/skills/b", "name: b", "description: D")
    write(project / "sub/.agents/skills/c", "name: c", "description: D")

    skills = load_skills(cwd=project / "sub", home=home)

    assert names(skills) == ["a", "b", "c", "d", "e", "f"]
    assert skills.warnings == ()


def test_of_one_name_the_nearest_counts_and_the_other_is_told(home: Home, project: Path) -> None:
    near = write(project / ".sagent/skills/a", "name: a", "description: near")
    far = write(home.root / "skills/a", "name: a", "description: far")

    skills = load_skills(cwd=project, home=home)

    assert skills.find("a").path == near
    assert len(skills.found) == 1
    assert skills.warnings[0].startswith(f"{far} is not used")


def test_a_skill_that_is_linked_into_a_second_place_is_one(home: Home, project: Path) -> None:
    write(project / ".agents/skills/a", "name: a", "description: D")
    (project / ".claude").mkdir()
    (project / ".claude/skills").symlink_to("../.agents/skills")

    skills = load_skills(cwd=project, home=home)

    assert (names(skills), skills.warnings) == (["a"], ())


def test_the_skills_of_a_project_that_is_not_trusted_are_not_read(
    home: Home, project: Path
) -> None:
    write(project / ".sagent/skills/a", "name: a", "description: D")
    write(home.root / "skills/b", "name: b", "description: D")

    assert names(load_skills(cwd=project, home=home, project_instructions="ignore")) == ["b"]


def test_a_skill_gives_its_instructions_when_asked(home: Home, project: Path) -> None:
    path = write(
        project / ".sagent/skills/a", "name: a", "description: D", body="First.\n---\nThen."
    )
    skill = load_skills(cwd=project, home=home).find("a")

    assert skill.body() == "First.\n---\nThen."

    path.unlink()

    with pytest.raises(UnknownNameError, match="it is not there"):
        skill.body()


def test_an_unknown_skill_is_refused_with_those_there_are(home: Home, project: Path) -> None:
    write(project / ".sagent/skills/a", "name: a", "description: D")

    with pytest.raises(UnknownNameError, match="unknown skill: 'b'; there are: a"):
        load_skills(cwd=project, home=home).find("b")


@pytest.mark.parametrize("name", ["Tidy Up", "-tidy", "tidy--up", "t" * 65, "tidy_up", ""])
def test_a_skill_with_a_name_that_is_none_goes_by_its_folder(
    name: str, home: Home, project: Path
) -> None:
    write(project / ".sagent/skills/tidy-up", f"name: {name}", "description: D")

    skills = load_skills(cwd=project, home=home)

    assert names(skills) == ["tidy-up"]
    assert "goes by its folder" in skills.warnings[0]


def test_a_name_other_than_the_folders_counts_and_is_told(home: Home, project: Path) -> None:
    write(project / ".sagent/skills/folder", "name: other", "description: D")

    skills = load_skills(cwd=project, home=home)

    assert names(skills) == ["other"]
    assert "is not its folder's" in skills.warnings[0]


@pytest.mark.parametrize(
    ("folder", "matter"),
    [
        ("a", ("name: a",)),
        ("a", ("name: a", "description:")),
        ("a", ()),
        ("A", ("name: A", "description: D")),
    ],
)
def test_a_skill_without_name_or_description_is_left_out_and_told(
    folder: str, matter: tuple[str, ...], home: Home, project: Path
) -> None:
    write(project / ".sagent/skills" / folder, *matter)

    skills = load_skills(cwd=project, home=home)

    assert names(skills) == []
    assert "is not used" in skills.warnings[0]


def test_a_description_that_is_too_long_is_told(home: Home, project: Path) -> None:
    write(project / ".sagent/skills/a", "name: a", f"description: {'long ' * 300}")

    skills = load_skills(cwd=project, home=home)

    assert names(skills) == ["a"]
    assert "longer than 1024" in skills.warnings[0]


def test_what_cannot_be_read_is_told_and_the_rest_is_found(home: Home, project: Path) -> None:
    write(project / ".sagent/skills/good", "name: good", "description: D")
    (project / ".sagent/skills/folder/SKILL.md").mkdir(parents=True)
    (project / ".sagent/skills/empty").mkdir()
    (project / ".sagent/skills/README.md").touch()

    skills = load_skills(cwd=project, home=home)

    assert names(skills) == ["good"]
    assert len(skills.warnings) == 1


def test_a_listing_has_a_line_for_each_with_its_description(home: Home, project: Path) -> None:
    write(
        project / ".sagent/skills/a", "name: a", "description: >", "  What it does", "  and when."
    )
    write(project / ".sagent/skills/b", "name: b", f"description: {'x' * 300}")

    first, second = load_skills(cwd=project, home=home).listing.split("\n")

    assert first == "- a: What it does and when."
    assert len(second) == len("- b: ") + MOST_LISTED_CHARS
    assert second.endswith("x…")


def test_a_skill_for_people_alone_is_not_listed(home: Home, project: Path) -> None:
    write(
        project / ".sagent/skills/deploy",
        "name: deploy",
        "description: D",
        "disable-model-invocation: true",
    )

    skills = load_skills(cwd=project, home=home)

    assert skills.listing == ""
    assert not skills.find("deploy").is_listed


@settings(deadline=None)
@given(st.lists(st.integers(1, 1000), max_size=60))
def test_a_listing_keeps_to_its_room_and_counts_the_rest(lengths: list[int]) -> None:
    found = [
        Skill(name=f"s{number}", description="x" * length, path=Path("SKILL.md"))
        for number, length in enumerate(lengths)
    ]
    listing = Skills(tuple(found)).listing
    lines = [line for line in listing.split("\n") if line.startswith("- s")]
    rest = f"- (and {len(found) - len(lines)} more)"

    assert len(listing) <= MOST_LISTING_CHARS + len(rest)
    assert listing.endswith(rest) == (len(lines) < len(found))


def test_a_link_does_not_lead_out_of_the_project(home: Home, project: Path, tmp_path: Path) -> None:
    write(tmp_path / "ours/secret", "name: secret", "description: D")
    write(project / "kept/near", "name: near", "description: D")
    places = project / ".sagent/skills"
    places.mkdir(parents=True)
    (places / "secret").symlink_to(tmp_path / "ours/secret")
    (places / "near").symlink_to(project / "kept/near")

    skills = load_skills(cwd=project, home=home)

    assert names(skills) == ["near"]
    assert skills.warnings == (
        f"{places}/secret/SKILL.md is not read: it lies outside the project",
    )
