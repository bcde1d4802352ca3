"""An agent whose conversation outgrows its model's window."""

from pathlib import Path
from typing import Any

import pytest
from histories import texts, texts_in
from recaps import ANSWER as RECAP

from sagent.actors import open_system
from sagent.agent import (
    Agent,
    Clear,
    Compact,
    Compacted,
    GetStatus,
    Notice,
    Prompt,
    Recompact,
    Rewind,
    SwapModel,
)
from sagent.compaction import Recap, SummaryCompactor, is_recap
from sagent.errors import CompactionError, ContextOverflowError, UsageError
from sagent.home import Home
from sagent.model import ModelRequest, ModelResponse, Usage
from sagent.session import create_session, open_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import AgentSelf

LONG = "word " * 2_000


def full(text: str, tokens: int) -> ModelResponse:
    """Make an answer after which the vendor counts *tokens* in the window."""
    step = calls(text=text)
    return ModelResponse(content=step, usage=Usage(input_tokens=tokens, output_tokens=10))


def too_long() -> ContextOverflowError:
    return ContextOverflowError("too long", status=400)


async def test_a_conversation_is_compacted_before_the_window_is_full() -> None:
    model = ScriptedModel(full("one", 7_000), RECAP, "two", context_window=8_000)
    agent = Agent(model=model)
    await agent.run(LONG)

    async with agent.run("b") as run:
        events = [event async for event in run]

    (compacted,) = (event for event in events if isinstance(event, Compacted))
    assert "Repair the clock." in compacted.content
    assert compacted.tokens_after < compacted.tokens_before
    assert is_recap(agent.messages[0])
    assert texts(model)[-1] == "b"
    assert len(texts(model)) < 5


async def test_the_vendors_count_decides_and_not_the_length_of_the_text() -> None:
    model = ScriptedModel(full("one", 100), "two", context_window=8_000)
    agent = Agent(model=model)
    await agent.run(LONG * 3)

    await agent.run("b")

    assert len(model.requests) == 2


async def test_a_model_that_would_not_take_the_length_is_asked_again_with_a_recap() -> None:
    model = ScriptedModel("one", too_long(), RECAP, "two")
    agent = Agent(model=model)
    await agent.run(LONG)

    answer = await agent.run("b")

    assert answer.content == "two"
    assert is_recap(agent.messages[0])


async def test_an_overflow_without_a_compactor_fails_the_run() -> None:
    agent = Agent(model=ScriptedModel("one", too_long()), compactor=None)
    await agent.run(LONG)

    with pytest.raises(ContextOverflowError):
        await agent.run("b")


async def test_a_failed_compaction_keeps_the_history_and_tells_so() -> None:
    model = ScriptedModel(full("one", 7_000), "", "", "two", context_window=8_000)
    agent = Agent(model=model)
    await agent.run(LONG)

    async with agent.run("b") as run:
        events = [event async for event in run]

    assert texts_in(agent.messages) == [LONG, "one", "b", "two"]
    (notice,) = (event for event in events if isinstance(event, Notice))
    assert "was not compacted" in notice.content


class Broken(SummaryCompactor):
    async def compact(self, *args: Any, **options: Any) -> Recap:  # Any: they are not looked at
        raise KeyError((args, options))


async def test_a_broken_compactor_keeps_the_history_and_the_run_goes_on() -> None:
    model = ScriptedModel(full("one", 7_000), "two", context_window=8_000)
    agent = Agent(model=model, compactor=Broken())
    await agent.run(LONG)

    await agent.run("b")

    assert texts_in(agent.messages) == [LONG, "one", "b", "two"]


async def test_three_failures_in_a_row_are_enough() -> None:
    answers = [full("one", 7_000), *(step for _ in range(3) for step in ("", "", full("x", 7_000)))]
    model = ScriptedModel(*answers, "last", context_window=8_000)
    agent = Agent(model=model)
    async with open_system() as system:
        ref = await system.spawn(agent)
        await ref.ask(Prompt(LONG))
        for _ in range(3):
            await ref.ask(Prompt("again"))

        answer = await ref.ask(Prompt("and again"))

    assert answer.content == "last"


async def test_a_cleared_history_is_compacted_whatever_failed_before() -> None:
    failed = [full("one", 7_000), *(step for _ in range(3) for step in ("", "", full("x", 7_000)))]
    model = ScriptedModel(*failed, full("y", 7_000), RECAP, "done", context_window=8_000)
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        for text in (LONG, "again", "again", "again"):
            await ref.ask(Prompt(text))

        await ref.ask(Clear())
        await ref.ask(Prompt(LONG))
        await ref.ask(Prompt("b"))

    assert is_recap(model.requests[-1].messages[0])


async def test_another_model_may_compact_what_the_one_before_could_not() -> None:
    failed = [full("one", 7_000), *(step for _ in range(3) for step in ("", "", full("x", 7_000)))]
    other = ScriptedModel(RECAP, "done", context_window=8_000)
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel(*failed, context_window=8_000)))
        for text in (LONG, "again", "again", "again"):
            await ref.ask(Prompt(text))

        await ref.ask(SwapModel(other))
        await ref.ask(Prompt("b"))

    assert is_recap(other.requests[-1].messages[0])


async def test_a_limit_that_the_system_prompt_would_fill_is_refused() -> None:
    limit = calls(("AgentSelf", {"operation": "limits", "max_request_tokens": 2_500}))
    model = ScriptedModel(limit, "ok")

    await Agent(model=model, system=LONG, tools=[AgentSelf()]).run("go")

    assert "the system prompt and the tools take some" in texts(model)[-1]


async def test_compaction_on_demand_heeds_what_it_is_told_and_asks_no_more() -> None:
    model = ScriptedModel("one", RECAP, "two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        await ref.ask(Prompt(LONG))

        recap = await ref.ask(Compact("keep the names"))
        await ref.ask(Prompt("b"))

    assert "Repair the clock." in recap.text
    assert "keep the names" in texts(model, 1)[-1]
    assert len(model.requests) == 3


async def test_an_agent_compacts_itself_between_two_rounds_of_its_turn() -> None:
    model = ScriptedModel(
        calls(("Echo", {})),
        calls(("AgentSelf", {"operation": "compact", "custom_instructions": "briefly"})),
        RECAP,
        "done",
    )
    agent = Agent(model=model, tools=[RecordingTool("Echo", LONG), AgentSelf()])

    answer = await agent.run("go")

    assert answer.content == "done"
    assert is_recap(agent.messages[0])
    assert "briefly" in texts(model, 2)[-1]


async def test_a_recap_is_made_anew_of_what_it_was_made_of() -> None:
    model = ScriptedModel("one", RECAP, "two", RECAP.replace("the clock", "the old clock"), "three")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        await ref.ask(Prompt(LONG))
        with pytest.raises(UsageError, match="no recap"):
            await ref.ask(Recompact())
        await ref.ask(Compact())
        await ref.ask(Prompt("b"))

        recap = await ref.ask(Recompact("better"))
        await ref.ask(Prompt("c"))

    asked = texts(model, 3)
    assert asked[0] == LONG
    assert "two" in asked
    assert "Repair the old clock." in recap.text
    assert texts(model)[-1] == "c"


async def test_there_is_no_recap_to_make_anew_where_a_rewind_has_left_it(tmp_path: Path) -> None:
    model = ScriptedModel("one", RECAP, "two")
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Prompt(LONG))
            answer = session.transcript.conversation[-1]
            await ref.ask(Compact())
            await ref.ask(Rewind(answer.id))
            await ref.ask(Prompt("b"))

            with pytest.raises(UsageError, match="no recap"):
                await ref.ask(Recompact())


async def test_there_is_nothing_to_compact_in_a_conversation_that_has_not_begun() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel()))

        with pytest.raises(CompactionError, match="nothing"):
            await ref.ask(Compact())


async def test_a_compacted_conversation_goes_on_from_its_session(tmp_path: Path) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        directory = session.directory
        async with open_system() as system:
            model = ScriptedModel("one", RECAP)
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Prompt(LONG))
            await ref.ask(Compact())
    model = ScriptedModel("two", RECAP)

    with open_session(directory) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Prompt("b"))
            recap = await ref.ask(Recompact())

    assert is_recap(model.requests[0].messages[0])
    assert LONG in texts(model, 1)
    assert "Goal" in recap.text


async def test_what_a_recap_kept_is_not_told_twice_when_it_is_made_anew_in_another_process(
    tmp_path: Path,
) -> None:
    with create_session(Home(tmp_path), cwd=tmp_path) as session:
        async with open_system() as system:
            model = ScriptedModel(LONG, "short", RECAP)
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Prompt(LONG))
            await ref.ask(Prompt("b"))
            await ref.ask(Compact())
    model = ScriptedModel("two", RECAP)

    with open_session(session.directory) as session:
        async with open_system() as system:
            ref = await system.spawn(Agent(model=model, session=session))
            await ref.ask(Prompt("c"))
            await ref.ask(Recompact())

    assert "short" in texts(model, 0)
    assert texts(model, 1)[:-1] == [LONG, LONG, "b", "short", "c", "two"]


async def test_after_a_clear_there_is_no_recap_to_make_anew() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("one", RECAP)))
        await ref.ask(Prompt(LONG))
        await ref.ask(Compact())
        await ref.ask(Clear())

        with pytest.raises(UsageError):
            await ref.ask(Recompact())
        assert (await ref.ask(GetStatus())).messages == 0


async def test_a_recap_counts_against_the_agents_own_usage() -> None:
    def recap(request: ModelRequest) -> ModelResponse:
        assert request.messages
        return ModelResponse(content=calls(text=RECAP), usage=Usage(output_tokens=500))

    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("one", recap)))
        await ref.ask(Prompt(LONG))
        await ref.ask(Compact())

        status = await ref.ask(GetStatus())

    assert status.usage.output_tokens == 501


async def test_that_a_window_is_a_guess_is_told_when_it_begins_to_matter() -> None:
    agent = Agent(model=ScriptedModel("one", full("two", 70_000), "three"))
    await agent.run(LONG)

    async with agent.run("b") as early:
        told_early = [event async for event in early if isinstance(event, Notice)]
    async with agent.run("c") as late:
        told_late = [event.content async for event in late if isinstance(event, Notice)]

    assert told_early == []
    assert told_late == ["the window of scripted is not known: taken as 128000 tokens"]
