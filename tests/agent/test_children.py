"""Agents that agents start: one-shot, persistent, detached."""


from sagent.agent import (
    Agent,
)
from sagent.message import result_text
from sagent.testing import ScriptedModel, calls
from sagent.tools import AgentSpawn


async def test_the_final_text_of_a_child_is_the_result_of_the_call() -> None:
    model = ScriptedModel(
        calls(("AgentSpawn", {"prompt": "look", "tools": []})), "it is fine", "all is fine"
    )

    answer = await Agent(model=model, tools=[AgentSpawn()]).run("check")

    assert answer.content == "all is fine"
    assert result_text(model.requests[2].messages[-1]) == "it is fine"


async def test_what_a_persistent_child_answers_comes_to_its_parent() -> None:
    model = ScriptedModel(
        calls(("AgentSpawn", {"prompt": "look", "label": "scout", "persistent": True, "tools": []})),
        "waiting",
        "found it",
        "the scout found it",
    )

    answer = await Agent(model=model, tools=[AgentSpawn()]).run("check")

    print([[getattr(m,"content",m) for m in r.messages] for r in model.requests])
    assert answer.content == "the scout found it"
