"""Prompts that are kept in files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.home import Home
from sagent.prompt import CustomCommand, load_commands


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project/.git").mkdir(parents=True)
    (tmp_path / "project/sub").mkdir()
    return tmp_path / "project"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def command(body: str) -> CustomCommand:
    return CustomCommand(name="x", description="", body=body, path=Path("x.md"))


def test_commands_are_found_up_to_the_repositorys_root_and_at_home(
    home: Home, project: Path
) -> None:
    write(project / "sub/.sagent/commands/a.md", "Near.")
    write(project / ".sagent/commands/a.md", "Far.")
    write(project / ".claude/commands/git/fix.md", "Fix it.")
    write(home.root / "commands/own.md", "Mine.")

    found = load_commands(cwd=project / "sub", home=home)

    assert [(each.name, each.body) for each in found.found] == [
        ("a", "Near."),
        ("git:fix", "Fix it."),
        ("own", "Mine."),
    ]
    assert found.warnings == ()


def test_the_front_matter_tells_what_it_is_for(home: Home, project: Path) -> None:
    matter = "---\ndescription: Review a file\nargument-hint: [file] [focus]\n---\nLook at $1."
    write(project / ".sagent/commands/review.md", matter)

    (found,) = load_commands(cwd=project, home=home).found

    assert (found.description, found.body) == ("Review a file", "Look at $1.")
    assert found.arguments == "[file] [focus]"


def test_without_a_description_the_first_line_is_one(home: Home, project: Path) -> None:
    write(project / ".sagent/commands/a.md", "# Tidy up\n\nAll of it.")

    assert load_commands(cwd=project, home=home).found[0].description == "Tidy up"


@pytest.mark.parametrize(
    ("body", "rest", "filled"),
    [
        ("Do $ARGUMENTS now.", "this and that", "Do this and that now."),
        ("$1, then $2; $3", '"two words" x', "two words, then x; "),
        ("Do it.", "well", "Do it.\n\nwell"),
        ("Do it.", "", "Do it."),
        ("It costs $5x and $ARGUMENTSX", "a", "It costs x and $ARGUMENTSX"),
        ("Say $1", "it's", "Say it's"),
    ],
)
def test_arguments_go_where_the_body_wants_them(body: str, rest: str, filled: str) -> None:
    assert command(body).filled(rest) == filled


@given(st.text(), st.text())
def test_what_is_given_is_put_in_as_it_is(body: str, rest: str) -> None:
    bare = body.replace("$", "")

    assert command(f"{bare}$ARGUMENTS").filled(rest) == f"{bare}{rest}"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("help", "Help.", "/help is a command of sagent's own"),
        ("two words", "Do.", "is no command"),
        ("empty", "---\ndescription: D\n---\n", "it says nothing"),
        ("huge", "x" * 100_001, "more than 100000 bytes"),
    ],
)
def test_what_cannot_be_one_is_told(
    home: Home, project: Path, name: str, text: str, told: str
) -> None:
    write(project / f".sagent/commands/{name}.md", text)

    found = load_commands(cwd=project, home=home, taken=("help",))

    assert found.found == ()
    assert told in found.warnings[0]


def test_a_link_does_not_lead_out_of_the_project(home: Home, project: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.md", "Secret.")
    (project / ".sagent/commands").mkdir(parents=True)
    link = project / ".sagent/commands/a.md"
    link.symlink_to(tmp_path / "secret.md")

    found = load_commands(cwd=project, home=home)

    assert found.found == ()
    assert found.warnings == (f"{link} is not read: it lies outside the project",)


def test_a_folder_that_lies_outside_is_not_looked_through(home: Home, project: Path) -> None:
    link = project / ".sagent/commands"
    link.parent.mkdir()
    link.symlink_to("/")

    found = load_commands(cwd=project, home=home)

    assert found.found == ()
    assert found.warnings == (f"{link} is not read: it lies outside the project",)


def test_a_project_can_be_left_out(home: Home, project: Path) -> None:
    write(project / ".sagent/commands/a.md", "Do.")

    assert load_commands(cwd=project, home=home, project_instructions="ignore").found == ()
