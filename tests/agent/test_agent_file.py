"""Agents made of files, from Python."""

from pathlib import Path

import pytest

from sagent.agent import agent_from
from sagent.budget import Budget
from sagent.errors import UnknownNameError, UsageError
from sagent.home import Home
from sagent.prompt import AgentFile, load_agent_files
from sagent.testing import ScriptedModel
from sagent.tools import Glob, Read


def written(tmp_path: Path, *matter: str) -> AgentFile:
    path = tmp_path / "agents/reviewer.md"
    path.parent.mkdir()
    path.write_text("\n".join(["---", *matter, "---", "You review.", ""]))
    return load_agent_files(tmp_path, Home(tmp_path)).find("reviewer")


async def test_an_agent_is_what_its_file_says(tmp_path: Path) -> None:
    file = written(
        tmp_path, "description: Finds faults", "tools: [Read]", "max_tool_call_rounds: 3"
    )
    model = ScriptedModel("fine")

    agent = agent_from(file, model=model, tools=(Read(), Glob()))
    answer = await agent.run("Look.")

    assert answer.content == "fine"
    assert model.requests[0].system.startswith("You review.")
    assert (agent.name, agent.description) == ("reviewer", "Finds faults")
    assert [tool.name for tool in agent.tools] == ["Read"]
    assert agent.max_tool_call_rounds == 3


def test_a_file_that_names_no_tools_takes_all_at_hand(tmp_path: Path) -> None:
    agent = agent_from(written(tmp_path), model=ScriptedModel(), tools=(Read(), Glob()))

    assert [tool.name for tool in agent.tools] == ["Read", "Glob"]


def test_a_tool_that_is_not_at_hand_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, "tools: [Read, Bash]")

    with pytest.raises(UnknownNameError, match="not at hand: Bash; there are: Read"):
        agent_from(file, model=ScriptedModel(), tools=(Read(),))


def test_a_file_without_a_model_needs_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names no model: name one there, or pass model"):
        agent_from(written(tmp_path))


def test_a_file_names_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")

    agent = agent_from(written(tmp_path, "model: claude-haiku-4-5"))

    assert agent.model.model_id == "claude-haiku-4-5"


def test_its_budget_is_a_share_of_the_one_that_is_given(tmp_path: Path) -> None:
    file = written(tmp_path, "max_budget_usd: 0.25")

    agent = agent_from(file, model=ScriptedModel(), budget=Budget(usd="0.10"))

    assert agent.budget is not None
    assert f"{agent.budget.remaining.usd}" == "0.10"
