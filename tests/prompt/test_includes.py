from pathlib import Path

import pytest
from instruction_files import texts, write

from sagent.home import Home
from sagent.prompt import load_instructions
from sagent.prompt._reader import MOST_DEPTH


def test_an_include_follows_the_file_that_names_it(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "@docs/a.md")
    write(project / "docs/a.md", "@b.md")
    write(project / "docs/b.md", "end")
    write(project / "AGENTS.local.md", "last @docs/b.md")

    found = load_instructions(cwd=project, home=home)

    assert texts(found) == ["@docs/a.md", "@b.md", "end", "last @docs/b.md"]
    assert found.sources[2].included_by == project / "docs/a.md"


def test_a_circle_of_includes_ends(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "@a.md")
    write(project / "a.md", "@AGENTS.md @a.md")

    found = load_instructions(cwd=project, home=home)

    assert len(found.sources) == 2
    assert found.warnings == ()


def test_includes_end_at_a_depth_that_is_told(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "@0.md")
    for number in range(MOST_DEPTH + 1):
        write(project / f"{number}.md", f"@{number + 1}.md")

    found = load_instructions(cwd=project, home=home)

    assert len(found.sources) == 1 + MOST_DEPTH
    assert [str(project / f"{MOST_DEPTH}.md") in warning for warning in found.warnings] == [True]


def test_a_missing_include_is_told_a_name_is_not(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "@gone.md by @alice, @types/node and @pytest.fixture")

    found = load_instructions(cwd=project, home=home)

    assert found.warnings == (
        f"{project}/gone.md, included by {project}/AGENTS.md, is not read: it is not there",
    )


def test_an_include_of_what_can_be_no_path_is_passed_over(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "x" * 9000 + "\n@./a\0b.md @more.md")
    write(project / "more.md", "more")

    assert texts(load_instructions(cwd=project, home=home))[1:] == ["more"]


@pytest.mark.parametrize("include", ["../secret.md", "{tmp}/secret.md", "link.md", "~/secret.md"])
def test_a_project_includes_nothing_from_outside(
    include: str, home: Home, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write(tmp_path / "secret.md", "secret")
    (project / "link.md").symlink_to(tmp_path / "secret.md")
    write(project / "AGENTS.md", f"@{include.format(tmp=tmp_path)}")

    found = load_instructions(cwd=project, home=home)

    assert "secret" not in texts(found)
    assert ["it lies outside the project" in warning for warning in found.warnings] == [True]


def test_of_the_home_a_project_includes_what_is_written_to_be_read(
    home: Home, project: Path
) -> None:
    mine = write(home.root / "style.md", "my style")
    key = write(home.root / "key", "key")
    memory = write(home.project(project) / "memory/MEMORY.md", "memory")
    write(project / "AGENTS.md", f"@{mine} @{key} @{memory}")

    found = load_instructions(cwd=project, home=home)

    assert texts(found)[1:] == ["my style"]
    assert len(found.warnings) == 2


def test_the_users_own_file_includes_from_anywhere(
    home: Home, project: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere/notes.md", "notes")
    write(home.root / "AGENTS.md", "@../elsewhere/notes.md")

    assert texts(load_instructions(cwd=project, home=home))[1:] == ["notes"]


def test_a_rule_is_cut_with_all_that_it_includes(home: Home, project: Path) -> None:
    write(project / ".sagent/rules/a.md", "---\npaths: '*'\n---\n@b.md @c.md")
    write(project / ".sagent/rules/b.md", "---\npaths: '*'\n---\n" + "0123456789\n" * 2900)
    write(project / ".sagent/rules/c.md", "---\npaths: '*'\n---\n" + "0123456789\n" * 2900)

    found = load_instructions(cwd=project, home=home)

    assert ["[cut: " in source.text for source in found.rules.rules[0].sources] == [
        False,
        False,
        True,
    ]
    assert len(found.warnings) == 1


def test_of_too_many_includes_no_more_are_looked_up(home: Home, project: Path) -> None:
    names = " ".join(f"@person-{number}" for number in range(2000))
    write(project / "AGENTS.md", f"{names} @more.md")
    write(project / "more.md", "more")

    found = load_instructions(cwd=project, home=home)

    assert len(texts(found)) == 1
    assert found.warnings == (
        f"{project}/AGENTS.md has one of more than 1000 includes: no more are looked up",
    )
