"""A plan that the user sees, the model keeps, and the session remembers."""

import json
from pathlib import Path

import pytest
import trio
from histories import texts
from hypothesis import given
from hypothesis import strategies as st
from recaps import ANSWER as RECAP

from sagent.actors import Ref, open_system
from sagent.agent import Agent, Clear, Compact, GetStatus, Mail, Planned, Prompt, Rewind, Watch
from sagent.errors import UsageError
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import JsonMessage, MultipartMessage, is_error, is_message, result_text
from sagent.session import Session, create_session, open_session
from sagent.testing import ScriptedModel, calls
from sagent.tool import (
    Answer,
    Binding,
    Plan,
    PlanItem,
    Question,
    Workspace,
    plan_as_json,
    plan_progress,
    read_plan,
)
from sagent.tool._plan import MOST_ITEM_CHARS, MOST_ITEMS
from sagent.tools import Todo

LONG = "word " * 2_000
LOOK = PlanItem(content="Look", status="completed")
MEND = PlanItem(content="Mend it", status="in_progress", active_form="Mending it", id="2")
TEST = PlanItem(content="Test")
PLAN = (LOOK, MEND, TEST)


def setting(*items: PlanItem) -> MultipartMessage:
    """Make a step of a model that sets out to do *items*."""
    return calls(("Todo", {"todos": plan_as_json(items)}))


async def plan_of(ref: Ref[Mail]) -> Plan:
    return (await ref.ask(GetStatus(), lane="front")).plan


async def told(todos: JSON) -> str:
    """Give what a model is told that calls Todo so, and not by mistake."""
    model = ScriptedModel(calls(("Todo", {"todos": todos})), "done")
    await Agent(model=model, tools=[Todo()]).run("go")
    return texts(model)[-1]


async def test_a_plan_is_an_event_and_the_model_is_told_how_far_it_has_come() -> None:
    model = ScriptedModel(setting(*PLAN), "done")

    async with Agent(model=model, tools=[Todo()]).run("go") as run:
        plans = [event.items async for event in run if isinstance(event, Planned)]

    assert plans == [PLAN]
    assert texts(model)[-1] == "Plan: 1 of 3 done. Now: Mend it. Next: Test."


async def test_the_same_plan_again_is_no_event() -> None:
    model = ScriptedModel(setting(*PLAN), setting(*PLAN), setting(TEST), setting(), "done")

    async with Agent(model=model, tools=[Todo()]).run("go") as run:
        plans = [event.items async for event in run if isinstance(event, Planned)]

    assert plans == [PLAN, (TEST,), ()]


async def test_the_status_of_an_agent_has_its_plan() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel(setting(*PLAN), "ok"), tools=[Todo()]))
        await ref.ask(Prompt("go"))

        assert await plan_of(ref) == PLAN


def test_an_item_is_one_line() -> None:
    (item,) = read_plan([{"content": " a\n  b ", "status": "pending", "active_form": None}])

    assert item == PlanItem(content="a b")


def test_people_read_what_is_done_now_in_its_own_words() -> None:
    assert [item.title for item in PLAN] == ["Look", "Mending it", "Test"]


@pytest.mark.parametrize(
    ("plan", "line"),
    [
        ((), "The plan is empty."),
        ((LOOK,), "Plan: 1 of 1 done."),
        ((TEST,), "Plan: 0 of 1 done. Next: Test."),
        ((MEND,), "Plan: 0 of 1 done. Now: Mend it."),
    ],
)
def test_progress_is_told_in_a_line(plan: Plan, line: str) -> None:
    assert plan_progress(plan) == line


@pytest.mark.parametrize(
    ("todos", "line"),
    [
        ([{"content": " ", "status": "pending"}], "item 1 is empty"),
        ([{"content": "x" * (MOST_ITEM_CHARS + 1), "status": "pending"}], "longer than a line"),
        (plan_as_json((MEND, PlanItem(content="Test", id="2"))), "two items have the id '2'"),
        (
            plan_as_json((MEND, PlanItem(content="Test", status="in_progress"))),
            "2 items are in progress (Mend it; Test): keep one",
        ),
    ],
)
async def test_a_plan_that_people_could_not_follow_is_refused_in_a_line(
    todos: JSON, line: str
) -> None:
    text = await told(todos)

    assert line in text
    assert "\n" not in text


async def test_a_plan_with_very_many_items_is_refused() -> None:
    item: JSON = {"content": "a", "status": "pending"}

    with pytest.raises(UsageError, match="101 items: keep to 100"):
        read_plan([item] * (MOST_ITEMS + 1))
    assert "InputValidationError" in await told([item] * (MOST_ITEMS + 1))


async def test_a_refused_plan_leaves_the_one_before() -> None:
    async with open_system() as system:
        model = ScriptedModel(setting(*PLAN), setting(MEND, MEND), "ok")
        ref = await system.spawn(Agent(model=model, tools=[Todo()]))
        await ref.ask(Prompt("go"))

        assert await plan_of(ref) == PLAN


async def test_without_an_agent_it_says_so() -> None:
    result = await Todo().run(JsonMessage({"todos": []}))

    assert is_error(result)
    assert "works only within an agent" in result_text(result)


def test_a_call_is_shown_with_how_far_the_plan_has_come() -> None:
    summary = Todo().summary(JsonMessage({"todos": plan_as_json(PLAN)}))

    assert summary == "Todo Plan: 1 of 3 done. Now: Mend it. Next: Test."
    assert Todo().summary(JsonMessage({"todos": 7})) == "Todo"


async def planned_in(session: Session, *steps: MultipartMessage | str) -> None:
    """Let an agent play *steps* in *session*."""
    await Agent(model=ScriptedModel(*steps), tools=[Todo()], session=session).run(LONG)


async def test_a_plan_is_there_when_the_session_goes_on(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        await planned_in(session, setting(TEST), setting(*PLAN), "ok")

    with open_session(session.directory) as again:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=ScriptedModel(), session=again))
            assert await plan_of(ref) == PLAN


async def test_what_a_newer_version_says_of_an_item_is_passed_over(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        await planned_in(session, setting(TEST), "ok")
    path = session.directory / "session.jsonl"
    path.write_text(path.read_text().replace('[{"content":"Test"', '[{"mood":1,"content":"Test"'))

    with open_session(session.directory) as again:
        assert again.transcript.damaged_lines == ()
        assert again.transcript.state.plan == (TEST,)


async def test_a_recap_brings_the_plan_along() -> None:
    model = ScriptedModel(setting(*PLAN), LONG, RECAP, "two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[Todo()]))
        await ref.ask(Prompt(LONG))

        await ref.ask(Compact())
        await ref.ask(Prompt("b"))

        first = result_text(model.requests[-1].messages[0])
        assert "[x] Look\n[>] Mend it\n[ ] Test" in first
        assert await plan_of(ref) == PLAN


async def test_a_plan_that_is_done_goes_with_the_conversation() -> None:
    model = ScriptedModel(setting(LOOK), LONG, RECAP, "two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[Todo()]))
        await ref.ask(Prompt(LONG))

        await ref.ask(Compact())
        await ref.ask(Prompt("b"))

    assert "Your plan" not in result_text(model.requests[-1].messages[0])


async def test_a_cleared_conversation_has_no_plan(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            model = ScriptedModel(setting(*PLAN), "ok")
            ref = await system.spawn(Agent(model=model, tools=[Todo()], session=session))
            await ref.ask(Prompt("go"))

            feed = await ref.ask(Watch())
            await ref.ask(Clear())

            assert await plan_of(ref) == ()
            ref.stop()
            assert [event async for event in feed] == [Planned(())]
        assert session.transcript.state.plan == ()


async def test_a_rewind_brings_back_the_plan_as_it_was(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            model = ScriptedModel("hello", setting(TEST), "one", setting(*PLAN), "two")
            ref = await system.spawn(Agent(model=model, tools=[Todo()], session=session))
            heads: list[str] = []
            for text in ("hi", "plan", "go"):
                await ref.ask(Prompt(text))
                heads.append(str(session.transcript.head))

            plans: list[Plan] = []
            for head in heads:
                await ref.ask(Rewind(head))
                plans.append(await plan_of(ref))

    assert plans == [(), (TEST,), PLAN]


async def test_a_rewind_to_a_recap_keeps_the_plan(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            model = ScriptedModel(setting(*PLAN), LONG, RECAP, "one", "two")
            ref = await system.spawn(Agent(model=model, tools=[Todo()], session=session))
            await ref.ask(Prompt(LONG))
            await ref.ask(Compact())
            await ref.ask(Prompt("b"))
            head = str(session.transcript.head)
            await ref.ask(Prompt("c"))

            await ref.ask(Rewind(head))

            assert await plan_of(ref) == PLAN


ITEMS = st.builds(
    PlanItem,
    content=st.text(min_size=1, max_size=20).filter(str.strip),
    status=st.sampled_from(["pending", "completed"]),
    active_form=st.text(max_size=20),
)


@given(st.lists(ITEMS, max_size=8))
def test_a_plan_is_the_same_after_a_way_through_json(items: list[PlanItem]) -> None:
    plan = tuple(items)

    assert read_plan(json.loads(json.dumps(plan_as_json(plan)))) == plan


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["content", "status", "id", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


class _Wall:
    """People who see a plan."""

    def set_plan(self, plan: Plan) -> None:
        assert isinstance(plan, tuple)

    async def ask(self, question: Question) -> Answer | None:
        raise NotImplementedError


@given(
    ANY_JSON | st.lists(st.fixed_dictionaries({"content": ANY_JSON, "status": st.just("pending")}))
)
def test_any_arguments_give_a_result_or_an_error(todos: JSON) -> None:
    binding = Binding(agent="any", workspace=Workspace(Path("/")), people=_Wall())
    tool = Todo().bind(binding)

    result = trio.run(tool.run, JsonMessage({"todos": todos}))

    assert is_message(result)
    assert is_error(result) or result_text(result).startswith(("Plan: ", "The plan"))
