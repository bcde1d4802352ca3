"""What reaches an agent in the midst of a turn."""

import pytest
import trio
from histories import texts
from trio.testing import MockClock, wait_all_tasks_blocked

from sagent.actors import Missed, Ref, open_system
from sagent.agent import (
    Agent,
    AgentStatus,
    Clear,
    Compact,
    GetStatus,
    Interrupt,
    Mail,
    Notice,
    Prompt,
    RunEvent,
    SwapModel,
    ToolCalled,
    ToolDetached,
    ToolReturned,
    Watch,
)
from sagent.compaction import SummaryCompactor
from sagent.errors import ModelError, RunInterruptedError, UsageError
from sagent.message import BytesMessage, MultipartMessage
from sagent.model import ModelRequest, ModelResponse
from sagent.testing import RecordingTool, ScriptedModel, calls


async def watch(ref: Ref[Mail], into: list[RunEvent | Missed]) -> None:
    async for event in await ref.ask(Watch()):
        into.append(event)  # noqa: PERF401  # as they come


async def test_a_user_who_writes_while_a_tool_runs_is_answered_without_it(
    autojump_clock: MockClock,
) -> None:
    never = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "hello to you", "the tool is done")
    events: list[RunEvent | Missed] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", never, "late")]))
        nursery.start_soon(watch, ref, events)
        ref.tell(Prompt("use the tool"))
        await wait_all_tasks_blocked()

        answer = await ref.ask(Prompt("hello?"), lane="front")
        never.set()
        await wait_all_tasks_blocked(0.01)
        ref.stop()

    assert answer.content == "hello to you"
    stub, hello = texts(model, 1)[-2:]
    assert "runs in the background" in stub
    assert hello == "hello?"
    assert texts(model, 2)[-1].endswith("has finished]\n\nlate")
    assert [e for e in events if isinstance(e, ToolDetached | ToolCalled | ToolReturned)] == [
        e for kind in (ToolCalled, ToolDetached, ToolReturned) for e in events if type(e) is kind
    ]


async def test_a_tool_that_is_done_soon_is_waited_for(autojump_clock: MockClock) -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "both")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate, "slow")]))
        ref.tell(Prompt("first"))
        await wait_all_tasks_blocked()
        ref.tell(Prompt("second"), lane="front")
        await trio.sleep(0.1)
        gate.set()
        await wait_all_tasks_blocked()

    assert texts(model) == ["first", "", "slow", "second"]


async def test_who_asks_while_the_model_answers_another_has_an_answer_of_their_own() -> None:
    answers: dict[str, str] = {}
    async with open_system() as system, trio.open_nursery() as nursery:

        async def ask(question: str) -> None:
            answers[question] = (await ref.ask(Prompt(question))).content

        def meanwhile(_: ModelRequest) -> str:
            nursery.start_soon(ask, "capital?")
            return "four"

        ref = await system.spawn(Agent(model=ScriptedModel(meanwhile, "Paris")))
        nursery.start_soon(ask, "2 + 2?")

    assert answers == {"2 + 2?": "four", "capital?": "Paris"}


async def test_who_is_answered_does_not_wait_for_those_who_write_on() -> None:
    async with open_system() as system:

        def meanwhile(_: ModelRequest) -> str:
            ref.tell(Prompt("and?"))
            return "an answer"

        model = ScriptedModel(*[meanwhile] * 9, "an answer")
        ref = await system.spawn(Agent(model=model, max_tool_call_rounds=2))

        answer = await ref.ask(Prompt("go"))
        await wait_all_tasks_blocked()

    assert answer.content == "an answer"
    assert model.unused == []


async def test_an_interrupt_ends_the_turn_and_keeps_the_agent() -> None:
    slow = RecordingTool("Slow", trio.Event())
    model = ScriptedModel(calls(("Slow", {})), "fine")
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[slow]))

        async def first() -> None:
            with pytest.raises(RunInterruptedError):
                await ref.ask(Prompt("first"))

        nursery.start_soon(first)
        await wait_all_tasks_blocked()
        ref.tell(Interrupt(), lane="front")
        await wait_all_tasks_blocked()
        answer = await ref.ask(Prompt("second"))

    assert answer.content == "fine"
    assert texts(model)[2].startswith("[interrupted")


async def test_an_interrupt_of_an_idle_agent_does_nothing() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("fine")))
        ref.tell(Interrupt(), lane="front")
        await wait_all_tasks_blocked()

        answer = await ref.ask(Prompt("go"))

    assert answer.content == "fine"


async def test_an_interrupt_takes_with_it_the_prompt_before_it_that_is_not_begun() -> None:
    model = ScriptedModel("fine")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        ref.tell(Prompt("first"), lane="front")
        ref.tell(Interrupt(), lane="front")

        answer = await ref.ask(Prompt("second"), lane="front")

    assert answer.content == "fine"
    assert len(model.requests) == 1


async def test_an_interrupt_spares_the_prompt_after_it() -> None:
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("fine")))
        ref.tell(Interrupt())

        answer = await ref.ask(Prompt("go"))

    assert answer.content == "fine"


async def test_a_prompt_outlives_the_interrupt_of_an_order_that_came_with_it() -> None:
    gate = trio.Event()
    model, slow = ScriptedModel("one", "three"), Waiting(gate)
    agent = Agent(model=model, compactor=SummaryCompactor(model=slow))
    async with open_system() as system:
        ref = await system.spawn(agent)
        await ref.ask(Prompt("a"))
        ref.tell(Prompt("b"))
        ref.tell(Compact())
        await wait_all_tasks_blocked()

        ref.tell(Interrupt(), lane="front")
        await ref.ask(Prompt("c"))

    assert texts(model) == ["a", "one", "b", "c"]


class Waiting(ScriptedModel):
    def __init__(self, gate: trio.Event) -> None:
        super().__init__()
        self._gate = gate

    async def buffer(self, request: ModelRequest) -> ModelResponse:
        await self._gate.wait()
        return await super().buffer(request)


async def test_a_status_is_told_in_the_midst_of_a_turn() -> None:
    slow = RecordingTool("Slow", trio.Event())
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel(calls(("Slow", {}))), tools=[slow]))
        ref.tell(Prompt("go"))
        await wait_all_tasks_blocked()

        status: AgentStatus = await ref.ask(GetStatus(), lane="front")
        ref.kill()

    assert (status.phase, status.messages, status.model_id) == ("working", 2, "scripted")


async def test_clear_forgets_the_conversation_and_asks_nobody() -> None:
    model = ScriptedModel("one", "two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))
        await ref.ask(Prompt("a"))

        await ref.ask(Clear())
        await ref.ask(Prompt("b"))

    assert texts(model) == ["b"]


async def test_clear_takes_with_it_what_was_sent_before_and_not_what_came_after() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "done")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate)]))
        ref.tell(Prompt("a"))
        await wait_all_tasks_blocked()
        for mail in (Prompt("b"), Clear(), Prompt("c")):
            ref.tell(mail)
        gate.set()
        await wait_all_tasks_blocked()

    assert texts(model) == ["c"]


async def test_who_asked_before_a_clear_has_no_answer_of_those_who_ask_after_it() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})), "to b")
    outcomes: list[str] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate)]))
        ref.tell(Prompt("go"))

        async def ask(text: str) -> None:
            try:
                outcomes.append((await ref.ask(Prompt(text))).content)
            except RunInterruptedError as error:
                outcomes.append(f"{text} failed: {error}")

        nursery.start_soon(ask, "a")
        await wait_all_tasks_blocked()
        ref.tell(Clear())
        nursery.start_soon(ask, "b")
        await wait_all_tasks_blocked()
        gate.set()

    assert sorted(outcomes) == [
        "a failed: the conversation was cleared before it was answered: ask anew",
        "to b",
    ]


async def test_a_clear_while_tools_run_fails_who_asked_for_them() -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Slow", {})))
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[RecordingTool("Slow", gate)]))

        async def first() -> None:
            with pytest.raises(RunInterruptedError, match="cleared before it was answered"):
                await ref.ask(Prompt("first"))

        nursery.start_soon(first)
        await wait_all_tasks_blocked()
        ref.tell(Clear())
        gate.set()


async def test_who_has_an_answer_already_keeps_it_through_a_clear() -> None:
    async with open_system() as system:

        def meanwhile(_: ModelRequest) -> str:
            ref.tell(Clear())
            ref.tell(Prompt("next"))
            return "an answer"

        ref = await system.spawn(Agent(model=ScriptedModel(meanwhile, "another")))

        answer = await ref.ask(Prompt("go"))

    assert answer.content == "an answer"


async def test_another_model_goes_on_with_the_conversation() -> None:
    first, second = ScriptedModel("one"), ScriptedModel("two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=first))
        await ref.ask(Prompt("a"))

        await ref.ask(SwapModel(second))
        answer = await ref.ask(Prompt("b"))

    assert answer.content == "two"
    assert texts(second) == ["a", "one", "b"]


async def test_a_model_whose_first_call_fails_gives_way_to_the_one_before() -> None:
    first, second = ScriptedModel("one", "three"), ScriptedModel(ModelError("no"), model_id="new")
    events: list[RunEvent | Missed] = []
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=first))
        nursery.start_soon(watch, ref, events)
        await ref.ask(Prompt("a"))
        await ref.ask(SwapModel(second))

        answer = await ref.ask(Prompt("b"))
        status = await ref.ask(GetStatus())
        ref.stop()

    assert (answer.content, status.model_id) == ("three", "scripted")
    assert [e.content for e in events if isinstance(e, Notice)] == [
        "new failed, back to scripted: no"
    ]


async def test_a_model_that_cannot_carry_the_conversation_is_refused() -> None:
    small = ScriptedModel(context_window=1)
    async with open_system() as system:
        ref = await system.spawn(Agent(model=ScriptedModel("one")))
        await ref.ask(Prompt("a"))

        with pytest.raises(UsageError, match="compact it first"):
            await ref.ask(SwapModel(small))


async def test_a_prompt_may_bring_an_image() -> None:
    model = ScriptedModel("a cat")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model))

        await ref.ask(Prompt("what is it?", attachments=(BytesMessage(b"png"),)))

    (message,) = model.requests[0].messages
    assert isinstance(message, MultipartMessage)
    assert [part.descriptor for part in message.content] == ["text/plain", "image/png"]
