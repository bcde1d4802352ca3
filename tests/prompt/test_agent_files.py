import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.budget import Budget
from sagent.errors import UnknownNameError
from sagent.home import Home
from sagent.prompt import AgentFiles, FileLimits, load_agent_files
from sagent.prompt._agent_files import MOST_PROMPT_BYTES
from sagent.prompt._named import MOST_LISTING_CHARS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project/.git").mkdir(parents=True)
    (tmp_path / "project/sub").mkdir()
    return tmp_path / "project"


def write(directory: Path, name: str, *matter: str, body: str = "Review it.") -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.md"
    path.write_text("\n".join(["---", *matter, "---", body, ""]))
    return path


def test_agents_are_found_up_to_the_repositorys_root_and_at_home_the_nearest_first(
    home: Home, project: Path
) -> None:
    write(home.root / "agents", "c")
    write(project / ".sagent/agents", "b")
    write(project / "sub/.sagent/agents", "a")
    write(project.parent / ".sagent/agents", "outside")

    agents = load_agent_files(project / "sub", home)

    assert (agents.names, agents.warnings) == (("a", "b", "c"), ())


def test_a_file_tells_all_there_is_to_its_agent(home: Home, project: Path) -> None:
    path = write(
        project / ".sagent/agents",
        "reviewer",
        "description: Reads changes",
        "  and finds faults",
        "provider: Anthropic",
        "model: claude-haiku-4-5",
        "tools: [Read, Grep]",
        "max_tool_call_rounds: 7",
        "max_depth: 0",
        "max_budget_usd: 0.50",
        "max_budget_tokens: 90000",
        "max_budget_seconds: 1.5",
        body="You review.\n\nBe brief.",
    )

    agent = load_agent_files(project, home).find("reviewer")

    assert (agent.name, agent.path) == ("reviewer", path)
    assert agent.description == "Reads changes and finds faults"
    assert agent.system == "You review.\n\nBe brief."
    assert (agent.provider, agent.model) == ("Anthropic", "claude-haiku-4-5")
    assert agent.tools == ("Read", "Grep")
    assert agent.limits == FileLimits(
        max_tool_call_rounds=7,
        max_depth=0,
        max_budget_usd=Decimal("0.50"),
        max_budget_tokens=90_000,
        max_budget_seconds=1.5,
    )


def test_a_file_without_front_matter_is_a_system_prompt(home: Home, project: Path) -> None:
    (project / ".sagent/agents").mkdir(parents=True)
    (project / ".sagent/agents/poet.md").write_text("You rhyme.\n")

    agent = load_agent_files(project, home).find("poet")

    assert agent.system == "You rhyme."
    assert (agent.model, agent.tools, agent.limits) == ("", None, FileLimits())


@pytest.mark.parametrize(
    ("line", "tools"),
    [
        ("tools: Read, Grep", ("Read", "Grep")),
        ("tools:\n  - Read\n  - Grep", ("Read", "Grep")),
        ("tools: none", ()),
        ("tools: []", ()),
        ("tools:", None),
        ("description: D", None),
    ],
)
def test_tools_are_a_list_or_names_with_commas(
    line: str, tools: tuple[str, ...] | None, home: Home, project: Path
) -> None:
    write(project / ".sagent/agents", "a", line)

    assert load_agent_files(project, home).find("a").tools == tools


def test_of_one_name_the_nearest_counts_and_the_other_is_told(home: Home, project: Path) -> None:
    near = write(project / ".sagent/agents", "a")
    far = write(home.root / "agents", "a")

    agents = load_agent_files(project, home)

    assert [agent.path for agent in agents.found] == [near]
    assert agents.warnings == (f"{far} is not used: another agent 'a' is nearer: {near}",)


def test_the_agents_of_a_project_that_is_not_trusted_are_not_read(
    home: Home, project: Path
) -> None:
    write(project / ".sagent/agents", "a")
    write(home.root / "agents", "b")

    assert load_agent_files(project, home, project_instructions="ignore").names == ("b",)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("max_tool_call_rounds: many", "its max_tool_call_rounds 'many' is no whole number"),
        ("max_tool_call_rounds: 0", "of at least 1"),
        pytest.param(f"max_budget_tokens: {'9' * 5000}", "is no whole number", id="huge"),
        ("max_depth: -1", "its max_depth '-1' is no whole number of at least 0"),
        ("max_budget_usd: $2", "its max_budget_usd '$2' is no number: write it like 2.50"),
        ("max_budget_usd: [1, 2]", "its max_budget_usd is a list: give one value"),
        ("max_budget_seconds: 0", "its max_budget_seconds is no time"),
    ],
)
def test_an_agent_with_a_limit_that_cannot_be_meant_is_not_used(
    line: str, told: str, home: Home, project: Path
) -> None:
    path = write(project / ".sagent/agents", "a", line)

    agents = load_agent_files(project, home)

    assert agents.names == ()
    assert agents.warnings[0].startswith(f"{path} is not used: ")
    assert told in agents.warnings[0]
    with pytest.raises(UnknownNameError, match=r"the agent 'a' cannot be had: .* is not used"):
        agents.find("a")


def test_a_field_that_is_not_known_is_told_since_it_may_have_been_a_limit(
    home: Home, project: Path
) -> None:
    path = write(project / ".sagent/agents", "a", "max_buget_usd: 1", "colour: red")

    agents = load_agent_files(project, home)

    assert agents.names == ("a",)
    assert agents.warnings == (
        f"{path}: it has fields that say nothing here: colour, max_buget_usd",
    )


@pytest.mark.parametrize("name", ["Re Viewer", "-a", "a_b", "a" * 65])
def test_a_file_whose_name_is_none_is_told(name: str, home: Home, project: Path) -> None:
    write(project / ".sagent/agents", name)

    agents = load_agent_files(project, home)

    assert agents.names == ()
    assert "is not used: its name" in agents.warnings[0]


def test_another_name_in_the_file_is_told_and_does_not_count(home: Home, project: Path) -> None:
    write(project / ".sagent/agents", "a", "name: b")

    agents = load_agent_files(project, home)

    assert agents.names == ("a",)
    assert agents.warnings[0].endswith("it goes by its file's name, not by 'b'")


def test_what_cannot_be_read_is_told(home: Home, project: Path) -> None:
    folder = project / ".sagent/agents"
    write(folder, "good")
    (folder / "directory.md").mkdir()
    (folder / "binary.md").write_bytes(b"a\0b")
    (folder / "link.md").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.md")
    (folder / "notes.txt").write_text("no agent")

    agents = load_agent_files(project, home)

    assert agents.names == ("good",)
    assert len(agents.warnings) == 4
    assert all("is not read: " in warning for warning in agents.warnings)


def test_a_prompt_that_is_too_long_is_cut_and_told(home: Home, project: Path) -> None:
    write(project / ".sagent/agents", "a", body="word\n" * 30_000)

    agents = load_agent_files(project, home)

    assert len(agents.find("a").system) <= MOST_PROMPT_BYTES
    assert "is cut: of 150009 bytes, 100000 are read" in agents.warnings[0]


def test_an_unknown_agent_is_refused_with_the_nearest_names_first(
    home: Home, project: Path
) -> None:
    for name in ("architect", "reviewer", "tester"):
        write(project / ".sagent/agents", name)

    with pytest.raises(UnknownNameError, match="unknown agent: 'revewer'; there are: reviewer, "):
        load_agent_files(project, home).find("revewer")


def test_without_any_agent_the_refusal_says_where_they_would_be(home: Home, project: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"there are: none; .* \.sagent/agents/NAME\.md"):
        load_agent_files(project, home).find("a")


def test_a_listing_has_a_line_for_each_as_far_as_there_is_room(home: Home, project: Path) -> None:
    write(project / ".sagent/agents", "a", "description: Does it")
    write(project / ".sagent/agents", "b")

    assert load_agent_files(project, home).listing == "- a: Does it\n- b"

    for number in range(100):
        write(project / ".sagent/agents", f"n{number}", f"description: {'long ' * 100}")
    listing = load_agent_files(project, home).listing

    assert len(listing) < MOST_LISTING_CHARS + 30
    assert listing.splitlines()[-1].endswith(" more)")


def test_limits_make_a_budget_that_is_a_share_of_the_one_above() -> None:
    above = Budget(usd=5)

    assert FileLimits(max_depth=2).budget("a") is None
    assert FileLimits(max_depth=2).budget("a", above=above) is above

    share = FileLimits(max_budget_usd=Decimal(2)).budget("a", above=above)
    alone = FileLimits(max_budget_tokens=10).budget("a")

    assert share is not None
    assert share.remaining.usd == Decimal(2)
    assert alone is not None
    assert alone.remaining.tokens == 10


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: f"---\n{t}".encode()))
def test_any_file_is_an_agent_or_a_warning(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("home")
    (root / "agents").mkdir()
    (root / "agents/a.md").write_bytes(content)

    agents = load_agent_files(root, Home(root))

    assert isinstance(agents, AgentFiles)
    assert agents.found or agents.warnings
    assert all("\n" not in warning for warning in agents.warnings)


def test_a_link_does_not_lead_out_of_the_project(home: Home, project: Path, tmp_path: Path) -> None:
    secret = write(tmp_path / "ours", "secret", body="A key.")
    own = write(home.root / "agents", "own")
    (project / ".sagent/agents").mkdir(parents=True)
    (project / ".sagent/agents/near.md").symlink_to(secret)
    (project / ".sagent/agents/mine.md").symlink_to(own)

    agents = load_agent_files(project, home)

    assert agents.names == ("mine", "own")
    assert agents.warnings == (
        f"{project}/.sagent/agents/near.md is not read: it lies outside the project",
    )
