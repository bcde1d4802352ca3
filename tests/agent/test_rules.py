"""Rules for files, and what of them a conversation has."""

import time
from pathlib import Path

import pytest
from histories import texts
from recaps import ANSWER as RECAP

from sagent.actors import open_system
from sagent.agent import (
    Agent,
    Prompt,
)
from sagent.compaction import SummaryCompactor
from sagent.model import ModelResponse, Usage
from sagent.prompt import ConditionalRules, Rule, Source
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import Read

LONG = "word " * 2_000
NEARLY_FULL = ModelResponse(
    content=calls(text="one"), usage=Usage(input_tokens=7_000, output_tokens=10)
)


async def test_rules_for_files_are_told_again_when_a_recap_has_taken_their_place(
    tmp_path: Path,
) -> None:
    read = calls(("Read", {"file_path": "a.py"}))
    model = ScriptedModel(read, NEARLY_FULL, RECAP, read, "two", context_window=8_000)
    agent = Agent(
        model=model,
        tools=[RecordingTool("Read", "x = 1")],
        cwd=tmp_path,
        rules=ConditionalRules((rule_for_python(tmp_path),)),
        compactor=SummaryCompactor(keep_recent=0),
    )
    async with open_system() as system:
        ref = await system.spawn(agent)
        await ref.ask(Prompt(LONG))

        await ref.ask(Prompt("again"))

    assert "Be kind." in texts(model, 1)[-1]
    assert "Be kind." in texts(model, 4)[-1]


async def test_rules_for_files_are_told_once_in_all_runs_of_an_agent(tmp_path: Path) -> None:
    read = calls(("Read", {"file_path": "a.py"}))
    model = ScriptedModel(read, "ok", read, "ok")
    agent = Agent(
        model=model,
        tools=[RecordingTool("Read", "x = 1")],
        cwd=tmp_path,
        rules=ConditionalRules((rule_for_python(tmp_path),)),
    )
    await agent.run("a")

    await agent.run("b")

    assert "".join(texts(model)).count("Be kind.") == 1


async def test_rules_for_files_are_told_again_when_old_results_are_taken_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text("x = 1\n" * 200)
    reads = [calls(("Read", {"file_path": "a.py"}))] * 12
    model = ScriptedModel(*reads, "ok", reads[0], "ok")
    agent = Agent(
        model=model,
        tools=[Read()],
        cwd=tmp_path,
        rules=ConditionalRules((rule_for_python(tmp_path),)),
    )
    await agent.run("a")
    later_ns = time.time_ns() + 2 * 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later_ns)

    await agent.run("b")

    assert "".join(texts(model, -2)).count("Be kind.") == 0
    assert "".join(texts(model, -1)).count("Be kind.") == 1


def rule_for_python(base: Path) -> Rule:
    source = Source(path=base / "r.md", scope="project", text="Be kind.", size_bytes=8)
    return Rule(patterns=("*.py",), bases=(base,), sources=(source,))
