"""An adviser: another model that sees what the agent is at."""

import pytest

from sagent.agent import Agent, Done
from sagent.agent._advice import advice_request
from sagent.budget import Budget
from sagent.errors import BudgetExceededError, UsageError
from sagent.message import Descriptor, Message, TextMessage, response_text
from sagent.model import Usage
from sagent.testing import ScriptedModel, calls
from sagent.tools import Advisor, List


def heard(model: ScriptedModel, request: int = -1) -> list[str]:
    return [response_text(message) for message in model.requests[request].messages]


def asking(*more: str) -> ScriptedModel:
    return ScriptedModel(calls(("Advisor", {"question": "Which way?"})), *more)


def said(text: str) -> Message:
    return TextMessage(text, Descriptor.USER)


async def test_the_adviser_is_given_the_conversation_and_the_question() -> None:
    adviser = ScriptedModel("Go left.")
    model = ScriptedModel(
        calls(("List", {"path": "."})), calls(("Advisor", {"question": "Which way?"})), "left"
    )

    answer = await Agent(model=model, tools=[List(), Advisor(model=adviser)]).run("Find the exit.")

    (question,) = heard(adviser)
    assert "[user]\nFind the exit." in question
    assert "calls List" in question
    assert "List gave: " in question
    assert question.endswith("The agent asks you:\n\nWhich way?")
    assert adviser.requests[0].tools == ()
    assert heard(model)[-1] == "Go left."
    assert answer.content == "left"


async def test_its_tokens_are_counted_with_the_agents_own() -> None:
    adviser = ScriptedModel("Go left.")

    async with Agent(model=asking("left"), tools=[Advisor(model=adviser)]).run("go") as run:
        done = [event async for event in run if isinstance(event, Done)]

    alone = ScriptedModel("Go left.")
    async with Agent(model=alone).run("go") as run:
        bare = [event async for event in run if isinstance(event, Done)]
    assert isinstance(done[0].usage, Usage)
    assert done[0].usage.output_tokens > bare[0].usage.output_tokens


async def test_it_is_paid_for_by_the_agents_budget() -> None:
    adviser = ScriptedModel("Go left.")
    budget = Budget(rounds=2)
    model = ScriptedModel(calls(("Advisor", {"question": "Which way?"})), "left")

    with pytest.raises(BudgetExceededError):
        await Agent(model=model, tools=[Advisor(model=adviser)], budget=budget).run("go")

    assert budget.spent.calls == 2
    assert len(adviser.requests) == 1


async def test_after_its_uses_it_is_refused_and_the_agent_goes_on() -> None:
    adviser = ScriptedModel("Go left.")
    question = calls(("Advisor", {"question": "Which way?"}))
    model = ScriptedModel(question, question, "left")

    await Agent(model=model, tools=[Advisor(model=adviser, max_uses=1)]).run("go")

    assert "asked 1 times, which is all it may be" in heard(model)[-1]
    assert len(adviser.requests) == 1


async def test_each_run_has_its_uses_anew() -> None:
    adviser = ScriptedModel("Go left.", "Go right.")
    question = calls(("Advisor", {"question": "Which way?"}))
    agent = Agent(
        model=ScriptedModel(question, "left", question, "right"),
        tools=[Advisor(model=adviser, max_uses=1)],
    )

    await agent.run("go")
    await agent.run("go on")

    assert len(adviser.requests) == 2


async def test_an_adviser_that_says_nothing_is_told_as_such() -> None:
    model = asking("alone then")

    await Agent(model=model, tools=[Advisor(model=ScriptedModel(""))]).run("go")

    assert "has said nothing: decide yourself" in heard(model)[-1]


@pytest.mark.parametrize("uses", [0, -1])
def test_less_than_one_use_is_none(uses: int) -> None:
    with pytest.raises(UsageError, match="allow at least 1"):
        Advisor(model=ScriptedModel(), max_uses=uses)


def test_of_a_conversation_that_is_too_long_the_newest_is_told() -> None:
    history = [said(f"{number} {'word ' * 200}") for number in range(100)]

    request = advice_request(history, "And now?", window_tokens=8_000)

    (message,) = request.messages
    text = response_text(message)
    assert len(text) < 4 * 8_000 * 3 / 4
    assert "The beginning of the conversation is left out here: " in text
    assert "\n99 word" in text
    assert "\n1 word" not in text


def test_a_message_that_is_very_long_loses_its_middle() -> None:
    history = [said("start"), said(f"head{'x' * 100_000}tail")]

    request = advice_request(history, "And now?", window_tokens=8_000)

    text = response_text(request.messages[0])
    assert "[user]\nstart" in text
    assert "head" in text
    assert "tail" in text
    assert "characters left out here" in text
