"""A question to a person: asked, answered, withdrawn, and what becomes of it with nobody there."""

from pathlib import Path

import attrs
import pytest
import trio
from histories import texts
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import (
    Agent,
    GetStatus,
    Interrupt,
    Prompt,
    QuestionClosed,
    UserAsked,
    Watch,
)
from sagent.errors import UsageError
from sagent.lib.json import JSON
from sagent.message import JsonMessage, MultipartMessage, is_error, is_message, result_text
from sagent.testing import ScriptedAnswerer, ScriptedModel, calls
from sagent.tool import Answer, Binding, Choice, Plan, Question, Workspace
from sagent.tools import AgentSpawn, AskUser

COLOURS: JSON = ["red", {"label": "blue", "description": "like the sea"}]


def asking(question: JSON = "Which colour?", **more: JSON) -> MultipartMessage:
    """Make a step of a model that asks the user."""
    return calls(("AskUser", {"question": question, **more}))


async def told(answerer: ScriptedAnswerer | None, **more: JSON) -> str:
    """Give what a model is told that asks so."""
    model = ScriptedModel(asking(**more), "done")
    await Agent(model=model, tools=[AskUser()], answerer=answerer).run("go")
    return texts(model)[-1]


async def test_the_person_sees_the_question_with_its_choices_and_who_asks() -> None:
    person = ScriptedAnswerer("blue")
    model = ScriptedModel(asking(choices=COLOURS), "done")

    await Agent(model=model, tools=[AskUser()], answerer=person, name="painter").run("go")

    assert person.questions == [
        Question(
            text="Which colour?",
            choices=(Choice("red"), Choice("blue", "like the sea")),
            agent="painter",
        )
    ]


@pytest.mark.parametrize(
    ("says", "more", "line"),
    [
        ("blue", {"choices": COLOURS}, "The user chose: blue"),
        ("green", {"choices": COLOURS}, "The user says: green"),
        ("green", {}, "The user says: green"),
        (Answer(chosen=("red", "blue")), {"choices": COLOURS, "multiple": True}, "red, blue"),
        (
            Answer(chosen=("red",), other="and gold"),
            {"choices": COLOURS, "multiple": True},
            "The user chose: red\nThe user says: and gold",
        ),
        (Answer(), {}, "has passed the question over: decide yourself"),
    ],
)
async def test_the_model_is_told_what_the_person_says(
    says: str | Answer, more: dict[str, JSON], line: str
) -> None:
    assert line in await told(ScriptedAnswerer(says), **more)


@pytest.mark.parametrize(
    ("says", "more", "line"),
    [
        (Answer(chosen=("green",)), {"choices": COLOURS}, "'green' is none of the choices"),
        ("green", {"choices": COLOURS, "allow_other": False}, "only a choice is an answer"),
        (Answer(chosen=("red", "blue")), {"choices": COLOURS}, "one answer is wanted"),
        (OSError("the line is dead"), {}, "the line is dead"),
    ],
)
async def test_what_is_no_answer_is_told_as_an_error(
    says: Answer | str | Exception, more: dict[str, JSON], line: str
) -> None:
    assert line in await told(ScriptedAnswerer(says), **more)


async def test_with_nobody_there_the_model_is_told_to_decide_and_to_say_what_it_assumed() -> None:
    text = await told(None)

    assert "nobody here to ask: decide yourself, and say in your answer what you" in text
    assert "\n" not in text


async def test_without_an_agent_it_says_so() -> None:
    result = await AskUser().run(JsonMessage({"question": "Why?"}))

    assert is_error(result)
    assert "works only within an agent" in result_text(result)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"question": " "}, "the question is empty"),
        ({"choices": ["a", " "]}, "a choice is empty"),
        ({"choices": ["a", {"label": "a"}]}, "two choices are the same"),
        ({"choices": ["a"]}, "InputValidationError"),
        ({"choices": [str(n) for n in range(11)]}, "InputValidationError"),
    ],
)
async def test_what_nobody_could_answer_is_not_asked(more: dict[str, JSON], line: str) -> None:
    person = ScriptedAnswerer("a")

    text = await told(person, **more)

    assert line in text
    assert person.questions == []


@pytest.mark.parametrize("count", [1, 11])
def test_a_question_has_two_to_ten_choices_or_none(count: int) -> None:
    with pytest.raises(UsageError, match="offer 2 to 10, or none"):
        Question(text="Which?", choices=[Choice(str(n)) for n in range(count)])


async def test_question_and_answer_are_events() -> None:
    model = ScriptedModel(asking(), "done")
    agent = Agent(model=model, tools=[AskUser()], answerer=ScriptedAnswerer("green"))

    async with agent.run("go") as run:
        events = [event async for event in run if isinstance(event, UserAsked | QuestionClosed)]

    asked, closed = events
    assert isinstance(asked, UserAsked)
    assert closed == QuestionClosed(asked.question, Answer(other="green"))


async def test_questions_of_one_response_are_asked_one_after_another() -> None:
    first = trio.Event()
    person = ScriptedAnswerer(first, "one", "two")
    question = ("AskUser", {"question": "Which?"})
    model = ScriptedModel(calls(question, question), "done")
    agent = Agent(model=model, tools=[AskUser()], answerer=person)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(_play, agent)
        await wait_all_tasks_blocked()
        assert len(person.questions) == 1
        first.set()

    assert texts(model)[-2:] == ["The user says: one", "The user says: two"]


async def _play(agent: Agent) -> None:
    await agent.run("go")


async def test_while_a_question_waits_the_user_may_say_something_else(
    autojump_clock: MockClock,
) -> None:
    wait = trio.Event()
    person = ScriptedAnswerer(wait, "blue", "red")
    model = ScriptedModel(asking(), asking("And the door?"), "then wait", "painted", "painted")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[AskUser()], answerer=person))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ref.ask, Prompt("paint"))
            await wait_all_tasks_blocked()

            ref.tell(Prompt("the door, too"), lane="front")
            await trio.sleep(1)
            open_then = [question.text for question in person.questions]
            wait.set()

    assert open_then == ["Which colour?"]  # a second question waits for the first
    assert [question.text for question in person.questions] == ["Which colour?", "And the door?"]
    assert any("The user says: blue" in text for text in texts(model))
    assert person.unused == ()


@attrs.define
class _Waiter:
    """A person who never answers."""

    withdrawn: int = 0

    async def answer(self, question: Question) -> Answer:
        try:
            return await trio.sleep_forever()
        finally:
            self.withdrawn += 1


async def test_an_interrupt_withdraws_the_question() -> None:
    person = _Waiter()
    agent = Agent(model=ScriptedModel(asking()), tools=[AskUser()], answerer=person)
    async with open_system() as system:
        ref = await system.spawn(agent)
        feed = await ref.ask(Watch())
        ref.tell(Prompt("go"))
        await wait_all_tasks_blocked()

        ref.tell(Interrupt(), lane="front")
        await wait_all_tasks_blocked()

        assert person.withdrawn == 1
        assert (await ref.ask(GetStatus(), lane="front")).phase == "idle"
        ref.stop()
        (closed,) = [event async for event in feed if isinstance(event, QuestionClosed)]
        assert closed.answer is None


async def test_a_cancelled_run_withdraws_the_question() -> None:
    person = _Waiter()
    agent = Agent(model=ScriptedModel(asking()), tools=[AskUser()], answerer=person)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(_play, agent)
        await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()

    assert person.withdrawn == 1


async def test_an_agent_that_was_started_has_nobody_to_ask() -> None:
    person = ScriptedAnswerer()
    model = ScriptedModel(
        calls(("AgentSpawn", {"prompt": "find out"})), asking(), "I guess", "done"
    )

    await Agent(model=model, tools=[AgentSpawn(), AskUser()], answerer=person).run("go")

    assert "nobody here to ask" in texts(model, 2)[-1]
    assert person.questions == []


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["label", "description", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


class _Nodder:
    """People who take the first choice."""

    def set_plan(self, plan: Plan) -> None:
        raise NotImplementedError

    async def ask(self, question: Question) -> Answer | None:
        await trio.lowlevel.checkpoint()
        return Answer(chosen=question.labels[:1])


@given(question=ANY_JSON | st.text(max_size=9), choices=ANY_JSON | st.lists(st.text(max_size=4)))
def test_any_arguments_give_a_result_or_an_error(question: JSON, choices: JSON) -> None:
    tool = AskUser().bind(Binding(agent="any", workspace=Workspace(Path("/")), people=_Nodder()))

    result = trio.run(tool.run, JsonMessage({"question": question, "choices": choices}))

    assert is_message(result)
    assert is_error(result) or result_text(result).startswith("The user")
