"""Tools that run beside the conversation."""

import pytest
import trio
from histories import texts
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import open_system
from sagent.agent import (
    Agent,
    CancelTask,
    Clear,
    GetStatus,
    Notice,
    Prompt,
    ToolCalled,
    ToolDetached,
    ToolReturned,
)
from sagent.errors import ModelError
from sagent.lib.json import JSON
from sagent.message import response_text
from sagent.model import ModelRequest
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Tool
from sagent.tools import BackgroundTask, tool


async def test_a_run_ends_only_when_its_background_tools_have_told_their_results(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(calls(("Slow", {"background": True})), "started", "all done")
    slow = RecordingTool("Slow", "42")

    answer = await Agent(model=model, tools=[slow, BackgroundTask()]).run("go")

    assert answer.content == "all done"
    assert "runs in the background" in texts(model, 1)[2]
    assert texts(model, 2)[-1].endswith("has finished]\n\n42")
    assert slow.directives == [{}]


async def test_a_call_in_the_background_is_told_of_before_it_is_told_to_be_there(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(calls(("Slow", {"background": True})), "started", "done")
    agent = Agent(model=model, tools=[RecordingTool("Slow", "42"), BackgroundTask()])

    kinds = ToolCalled | ToolDetached | ToolReturned
    told = [type(event) async for event in agent.run("go") if isinstance(event, kinds)]

    assert told == [ToolCalled, ToolDetached, ToolReturned]


@pytest.mark.parametrize("rounds", [2, 3])
async def test_an_answer_stands_where_news_comes_that_no_round_is_left_for(
    autojump_clock: MockClock, rounds: int
) -> None:
    steps = (calls(("Slow", {"background": True})), "the answer", calls(("Quick", {})))
    tools: list[Tool] = [RecordingTool("Slow", "42"), RecordingTool("Quick", "0"), BackgroundTask()]
    agent = Agent(model=ScriptedModel(*steps), tools=tools, max_tool_call_rounds=rounds)

    async with agent.run("go") as run:
        notices = [event.content async for event in run if isinstance(event, Notice)]

    assert (await run).content == "the answer"
    assert [notice.partition(":")[0] for notice in notices] == ["the last answer stands"]
    assert response_text(agent.messages[4]).endswith("42")


async def test_the_next_run_is_told_of_a_call_that_a_failed_run_took_along() -> None:
    model = ScriptedModel(calls(("Slow", {"background": True})), ModelError("no"), "fine")
    slow = RecordingTool("Slow", trio.Event())
    agent = Agent(model=model, tools=[slow, BackgroundTask()])
    with pytest.raises(ModelError):
        await agent.run("go")

    await agent.run("and now?")

    assert "was stopped with its agent before it gave a result" in texts(model)[-2]


async def test_news_tells_its_call_to_a_model_that_has_forgotten_it(
    autojump_clock: MockClock,
) -> None:
    gate = trio.Event()
    slow: JSON = {"query": "x" * 500, "background": True}
    model = ScriptedModel(calls(("Slow", slow)), "started", "I see")
    tools: list[Tool] = [RecordingTool("Slow", gate, "42"), BackgroundTask()]
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=tools))
        await ref.ask(Prompt("go"))
        await ref.ask(Clear())
        gate.set()
        await wait_all_tasks_blocked()

    (news,) = texts(model)
    assert news.startswith("[Slow, which ran in the background as call_")
    assert 'with {"query":"xxx' in news
    assert len(news) < 400


async def test_a_delayed_tool_sleeps_before_it_runs(autojump_clock: MockClock) -> None:
    model = ScriptedModel(calls(("Slow", {"delay": 60})), "wait", "done")
    slow = RecordingTool("Slow")
    started = trio.current_time()

    await Agent(model=model, tools=[slow, BackgroundTask()]).run("go")

    assert trio.current_time() - started == 60
    assert slow.directives == [{}]


async def test_a_delay_that_no_float_can_be_is_as_good_as_for_ever(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(calls(("Slow", {"delay": 10**400})), "I wait")
    slow = RecordingTool("Slow")

    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[slow, BackgroundTask()]))
        answer = await ref.ask(Prompt("go"))

    assert (answer.content, slow.directives) == ("I wait", [])


async def test_an_asker_of_a_spawned_agent_does_not_wait_for_the_background(
    autojump_clock: MockClock,
) -> None:
    model = ScriptedModel(calls(("Slow", {"background": True})), "started", "all done")
    gate = trio.Event()
    async with open_system() as system:
        ref = await system.spawn(
            Agent(model=model, tools=[RecordingTool("Slow", gate, "42"), BackgroundTask()])
        )

        answer = await ref.ask(Prompt("go"))
        gate.set()
        await wait_all_tasks_blocked()

    assert answer.content == "started"
    assert texts(model, 2)[-1].endswith("42")


async def test_without_the_tool_that_sees_to_them_there_are_no_background_calls() -> None:
    schema: JSON = {"type": "object", "additionalProperties": False}
    model = ScriptedModel(calls(("Strict", {"background": True})), "ok")

    await Agent(model=model, tools=[RecordingTool("Strict", schema=schema)]).run("go")

    assert "background" not in str(model.requests[0].tools)
    assert "do not fit Strict" in texts(model)[2]


async def test_a_tools_own_parameter_of_that_name_is_its_own() -> None:
    @tool
    async def remind(delay: int) -> str:
        """Remind me.

        Args:
            delay: in days.
        """
        return f"in {delay} days"

    model = ScriptedModel(calls(("remind", {"delay": 3})), "ok")

    await Agent(model=model, tools=[remind, BackgroundTask()]).run("go")

    assert texts(model)[2] == "in 3 days"


async def test_an_unknown_task_is_told_with_those_that_run() -> None:
    model = ScriptedModel(calls(("BackgroundTask", {"operation": "cancel", "id": "x"})), "ok")

    await Agent(model=model, tools=[BackgroundTask()]).run("go")

    assert texts(model)[2] == "No such task: x. Running: none."


async def test_background_calls_are_listed_waited_for_and_cancelled(
    autojump_clock: MockClock,
) -> None:
    """The one that sleeps is waited for, the one that never ends is cancelled."""

    def named(request: ModelRequest, row: int) -> str:
        table = next(text for text in map(response_text, request.messages) if " for " in text)
        return table.splitlines()[row].split()[0]

    model = ScriptedModel(
        calls(("Slow", {"background": True}), ("Quick", {"delay": 5})),
        calls(("BackgroundTask", {"operation": "list"})),
        lambda request: calls(("BackgroundTask", {"operation": "wait", "id": named(request, 1)})),
        lambda request: calls(("BackgroundTask", {"operation": "cancel", "id": named(request, 0)})),
        "and I know",
        "done",
    )
    tools: list[Tool] = [
        RecordingTool("Slow", trio.Event()),
        RecordingTool("Quick"),
        BackgroundTask(),
    ]

    await Agent(model=model, tools=tools).run("go")

    heard = texts(model)
    assert [row.split()[1] for row in heard[5].splitlines()] == ["running", "sleeping"]
    assert any("has finished]\n\nok" in text for text in heard)
    assert any("has failed]\n\n[cancelled" in text for text in heard)


async def test_a_user_ends_a_background_call_by_its_id(autojump_clock: MockClock) -> None:
    model = ScriptedModel(calls(("Slow", {"background": True})), "started", "so be it")
    agent = Agent(model=model, tools=[RecordingTool("Slow", trio.Event()), BackgroundTask()])

    async with open_system() as system:
        ref = await system.spawn(agent)
        await ref.ask(Prompt("go"))
        (task,) = (await ref.ask(GetStatus(), lane="front")).tasks
        told = [await ref.ask(CancelTask(id_), lane="front") for id_ in (task.id, "c99")]
        await wait_all_tasks_blocked()
        left = (await ref.ask(GetStatus(), lane="front")).tasks

    assert (told, left) == ([True, False], ())
