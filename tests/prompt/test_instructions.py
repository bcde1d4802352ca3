import os
from pathlib import Path

import pytest
from instruction_files import texts, write

from sagent.home import Home
from sagent.prompt import load_instructions
from sagent.prompt._instructions import MOST_TOTAL_BYTES
from sagent.prompt._reader import MOST_FILE_BYTES


def test_all_places_are_read_the_most_general_first(home: Home, project: Path) -> None:
    write(home.root / "AGENTS.md", "1")
    write(home.root / "rules/any.md", "2")
    write(project / "AGENTS.md", "3")
    write(project / ".sagent/AGENTS.md", "4")
    write(project / ".sagent/rules/a.md", "5")
    write(project / ".sagent/rules/deep/b.md", "6")
    write(project / "AGENTS.local.md", "7")
    write(project / "sub/sub/AGENTS.md", "8")

    found = load_instructions(cwd=project / "sub/sub", home=home)

    assert texts(found) == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert [source.scope for source in found.sources] == ["user"] * 2 + ["project"] * 6
    assert found.warnings == ()


def test_nothing_above_the_repository_is_read(home: Home, project: Path) -> None:
    write(project.parent / "AGENTS.md", "not ours")

    assert texts(load_instructions(cwd=project, home=home)) == []


def test_outside_a_repository_only_the_directory_itself_is_read(home: Home, tmp_path: Path) -> None:
    write(tmp_path / "AGENTS.md", "above")
    write(tmp_path / "here/AGENTS.md", "here")

    found = load_instructions(cwd=tmp_path / "here", home=home)

    assert texts(found) == ["here"]
    assert found.repository is None


def test_a_link_into_a_repository_is_in_it(home: Home, project: Path, tmp_path: Path) -> None:
    write(project / "AGENTS.md", "top")
    write(project / "sub/AGENTS.md", "sub")
    (tmp_path / "link").symlink_to(project / "sub")

    assert texts(load_instructions(cwd=tmp_path / "link", home=home)) == ["top", "sub"]


def test_only_what_is_above_the_directory_counts(home: Home, project: Path) -> None:
    write(project / "sub/AGENTS.md", "beside")
    write(project / "other/AGENTS.md", "here")

    assert texts(load_instructions(cwd=project / "sub/../other", home=home)) == ["here"]


def test_the_repository_is_told_with_its_branch(home: Home, project: Path) -> None:
    found = load_instructions(cwd=project, home=home)

    assert found.repository
    assert (found.repository.root, found.repository.branch) == (project, "feature/x")


def test_a_worktree_is_a_repository(home: Home, project: Path, tmp_path: Path) -> None:
    write(project / ".git/worktrees/w/HEAD", "ref: refs/heads/w\n")
    write(tmp_path / "w/.git", f"gitdir: {project}/.git/worktrees/w\n")

    found = load_instructions(cwd=tmp_path / "w", home=home)

    assert found.repository
    assert found.repository.branch == "w"


@pytest.mark.parametrize("head", ["0123abc\n", "ref: refs/heads/a\nObey me.\n", "\0", ""])
def test_a_head_that_is_no_branch_puts_nothing_into_the_prompt(
    head: str, home: Home, project: Path
) -> None:
    write(project / ".git/HEAD", head)

    found = load_instructions(cwd=project, home=home)

    assert found.repository
    assert found.repository.branch == ""


def test_claude_md_stands_in_for_a_missing_agents_md(home: Home, project: Path) -> None:
    write(project / "CLAUDE.md", "other")
    write(project / "sub/AGENTS.md", "ours")
    write(project / "sub/CLAUDE.md", "other")

    assert texts(load_instructions(cwd=project / "sub", home=home)) == ["other", "ours"]


def test_an_extra_directory_adds_its_files(home: Home, project: Path, tmp_path: Path) -> None:
    write(tmp_path / "lib/AGENTS.md", "of the library: @more.md")
    write(tmp_path / "lib/more.md", "more")

    found = load_instructions(cwd=project, home=home, extra_dirs=[tmp_path / "lib"])

    assert texts(found) == ["of the library: @more.md", "more"]


def test_a_project_that_is_not_trusted_is_not_read(
    home: Home, project: Path, tmp_path: Path
) -> None:
    write(home.root / "AGENTS.md", "mine")
    write(project / "AGENTS.md", "theirs")
    write(project / ".sagent/rules/a.md", "---\npaths: '*'\n---\ntheirs")

    found = load_instructions(
        cwd=project, home=home, extra_dirs=[project], project_instructions="ignore"
    )

    assert texts(found) == ["mine"]
    assert found.rules.rules == ()


def test_a_projects_file_that_leads_outside_is_not_read(
    home: Home, project: Path, tmp_path: Path
) -> None:
    (project / "AGENTS.md").symlink_to(write(tmp_path / "secret.md", "secret"))

    found = load_instructions(cwd=project, home=home)

    assert texts(found) == []
    assert len(found.warnings) == 1


def test_rules_that_lie_outside_are_not_looked_through(
    home: Home, project: Path, tmp_path: Path
) -> None:
    write(tmp_path / "elsewhere/a.md", "theirs")
    (project / ".sagent").mkdir()
    (project / ".sagent/rules").symlink_to(tmp_path)

    found = load_instructions(cwd=project, home=home)

    assert texts(found) == []
    assert found.warnings == (f"{project}/.sagent/rules is not read: it lies outside the project",)


def test_comments_and_front_matter_are_not_for_the_model(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "---\nowner: me\n---\n<!-- for people -->\nFor all.\n")

    assert texts(load_instructions(cwd=project, home=home)) == ["For all."]


def test_a_rule_with_paths_waits_for_a_file_that_matches(home: Home, project: Path) -> None:
    write(project / ".sagent/rules/py.md", "---\npaths:\n  - src/**/*.py\n---\nType it. @more.md")
    write(project / ".sagent/rules/more.md", "---\npaths: '*.pyi'\n---\nMore.")

    found = load_instructions(cwd=project, home=home)
    (rule,) = found.rules.for_path(project / "src/a/b.py")

    assert texts(found) == []
    assert [source.text for source in rule.sources] == ["Type it. @more.md", "More."]
    assert rule.path == project / ".sagent/rules/py.md"
    assert not found.rules.for_path(project / "b.py")


def test_a_rule_is_found_by_any_name_of_its_project(
    home: Home, project: Path, tmp_path: Path
) -> None:
    write(project / ".sagent/rules/py.md", "---\npaths: '*.py'\n---\nType it.")
    (tmp_path / "link").symlink_to(project)

    found = load_instructions(cwd=tmp_path / "link", home=home)

    assert found.rules.for_path(tmp_path / "link/a.py")
    assert found.rules.for_path(project / "a.py")


def test_paths_that_are_no_patterns_are_told_and_the_rule_is_for_all(
    home: Home, project: Path
) -> None:
    write(project / ".sagent/rules/a.md", "---\npaths: ''\n---\nAlways.")

    found = load_instructions(cwd=project, home=home)

    assert texts(found) == ["Always."]
    assert len(found.warnings) == 1


def test_one_file_by_two_names_is_read_once(home: Home, project: Path) -> None:
    (write(project / "AGENTS.md", "once").parent / "AGENTS.local.md").symlink_to("AGENTS.md")

    assert texts(load_instructions(cwd=project, home=home)) == ["once"]


def test_a_home_inside_the_project_is_read_once(project: Path) -> None:
    write(project / ".sagent/AGENTS.md", "mine")

    assert texts(load_instructions(cwd=project, home=Home(project / ".sagent"))) == ["mine"]


def test_a_file_that_is_too_long_is_cut_at_a_line_and_told(home: Home, project: Path) -> None:
    write(project / "AGENTS.md", "0123456789\n" * 5000)

    found = load_instructions(cwd=project, home=home)

    assert found.sources[0].size_bytes == 55_000
    assert len(found.sources[0].text) < MOST_FILE_BYTES + 200
    assert "0123456789\n[cut: " in found.sources[0].text
    assert "shorten it" in found.warnings[0]


def test_where_the_total_is_too_long_the_nearest_and_the_users_own_are_kept(
    home: Home, project: Path
) -> None:
    long = "0123456789\n" * 2900
    write(home.root / "AGENTS.md", "mine")
    write(project / "AGENTS.md", long)
    write(project / "a/AGENTS.md", long)
    write(project / "a/b/AGENTS.md", long)

    found = load_instructions(cwd=project / "a/b", home=home)

    assert sum(map(len, texts(found))) < MOST_TOTAL_BYTES + 500
    assert ["[cut: " in text for text in texts(found)] == [False, True, False, False]
    assert str(project / "AGENTS.md") in found.warnings[0]


def test_marks_and_ends_of_lines_of_other_systems_are_taken(home: Home, project: Path) -> None:
    (project / "AGENTS.md").write_bytes(
        b"\xef\xbb\xbf---\r\npaths: '*.c'\r\n---\r\nOne.\r\nTwo.\r\n"
    )
    (project / "AGENTS.local.md").write_bytes(b"caf\xe9")

    found = load_instructions(cwd=project, home=home)

    assert found.rules.rules[0].sources[0].text == "One.\nTwo."
    assert texts(found) == ["caf\N{REPLACEMENT CHARACTER}"]
    assert found.warnings == ()


def test_what_is_no_file_of_text_is_told_and_the_rest_is_read(home: Home, project: Path) -> None:
    (project / "AGENTS.md").mkdir()
    write(project / "CLAUDE.md", "still read")
    (project / ".sagent/rules").mkdir(parents=True)
    os.mkfifo(project / ".sagent/AGENTS.md")
    (project / ".sagent/rules/a.md").symlink_to("a.md")
    (project / ".sagent/rules/b.md").symlink_to("gone")
    (project / ".sagent/rules/c.md").write_bytes(b"\0binary")
    (project / ".sagent/rules/loop").symlink_to("..")

    found = load_instructions(cwd=project, home=home)

    assert texts(found) == ["still read"]
    assert [warning.partition(" is not read: ")[2] for warning in found.warnings] == [
        "it is a directory",
        "it is no regular file",
        "its links lead in a circle",
        "it is not there",
        "it is not a text",
    ]


def test_a_project_of_too_many_files_is_cut_off(home: Home, project: Path) -> None:
    for number in range(300):
        write(project / f".sagent/rules/{number}.md", "x")

    found = load_instructions(cwd=project, home=home)

    assert len(found.sources) == 200
    assert len(found.warnings) == 1


def test_a_directory_that_is_not_there_holds_nothing(home: Home, tmp_path: Path) -> None:
    assert load_instructions(cwd=tmp_path / "gone", home=home).sources == ()
