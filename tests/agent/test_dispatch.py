"""Tool calls: exactly one result each, whatever the model wrote and the tool does."""

from typing import cast

import pytest
import trio
from histories import results_of

from sagent.actors import Ref, open_system
from sagent.agent import Agent, Interrupt, Mail, Prompt, ToolCalled
from sagent.errors import RunInterruptedError, UsageError
from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    Message,
    MultipartMessage,
    TextMessage,
    is_error,
    response_text,
)
from sagent.permission import Allow, Decision, Deny, ToolUse
from sagent.testing import RecordingTool, ScriptedModel, calls


async def test_tools_are_called_and_their_results_go_back_to_the_model() -> None:
    echo = RecordingTool("Echo", "42")
    model = ScriptedModel(calls(("Echo", {"x": 1})), "it is 42")

    answer = await Agent(model=model, tools=[echo]).run("go")

    assert answer.content == "it is 42"
    assert echo.directives == [{"x": 1}]
    assert response_text(model.requests[1].messages[-1]) == "42"


async def test_calls_of_shared_tools_run_side_by_side() -> None:
    gate = trio.Event()
    waits, opens = RecordingTool("Waits", gate, "late"), Opener(gate)
    model = ScriptedModel(calls(("Waits", {}), ("Opens", {})), "done")

    with trio.fail_after(5):
        answer = await Agent(model=model, tools=[waits, opens]).run("go")

    assert answer.content == "done"


async def test_calls_of_one_response_begin_and_are_told_in_its_order() -> None:
    names = [f"Tool{n}" for n in range(8)]
    begun: list[str] = []
    requests: list[tuple[str, dict[str, JSON]]] = [(name, {}) for name in names]
    model = ScriptedModel(calls(*requests), "done")
    agent = Agent(model=model, tools=[Starter(name, begun) for name in names])

    told = [event.name async for event in agent.run("go") if isinstance(event, ToolCalled)]

    assert told == begun == names


async def test_an_exclusive_tool_runs_alone_and_in_its_turn(autojump_clock: object) -> None:
    order: list[str] = []
    model = ScriptedModel(calls(("A", {}), ("X", {}), ("B", {})), "done")
    tools = [Timed("A", order), Timed("X", order, concurrency="exclusive"), Timed("B", order)]

    await Agent(model=model, tools=tools).run("go")

    assert order == ["A begins", "A ends", "X begins", "X ends", "B begins", "B ends"]


async def test_invariant_11_a_failing_tool_is_an_error_result_and_the_run_goes_on() -> None:
    schema: JSON = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
    strict = RecordingTool("Strict", schema=schema)
    broken = RecordingTool("Broken", ValueError("no luck"))
    model = ScriptedModel(
        calls(
            ("Strict", {}),
            ("Strict", {"x": "1"}),
            ("Strict", '{"x": '),
            ("Nope", {}),
            ("Broken", {}),
        ),
        "done",
    )
    agent = Agent(model=model, tools=[strict, broken])

    await agent.run("go")

    told = [response_text(result) for result in results_of(agent)]
    assert all(is_error(result) for result in results_of(agent))
    assert '"x" is a required property' in told[0]
    assert '"1" is not of type "integer"' in told[1]
    assert "not a JSON object" in told[2]
    assert told[3] == "No such tool available: Nope. Tools: Strict, Broken."
    assert told[4] == "ValueError: no luck"
    assert strict.directives == []


async def test_a_tool_that_gives_no_message_is_told_as_broken() -> None:
    agent = Agent(model=ScriptedModel(calls(("Echo", {})), "done"), tools=[Liar()])

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == "Echo is broken: it gave a int, not a Message."


async def test_a_denied_tool_does_not_run_and_the_model_reads_why() -> None:
    echo = RecordingTool("Echo")
    agent = Agent(model=ScriptedModel(calls(("Echo", {})), "done"), tools=[echo], policy=NotToday())

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == "Echo was not permitted: not today"
    assert echo.directives == []


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="two tools are named Echo"):
        Agent(model=ScriptedModel(), tools=[RecordingTool(), RecordingTool()])


def test_a_schema_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="schema of tool Echo"):
        Agent(model=ScriptedModel(), tools=[RecordingTool(schema={"type": "strnig"})])


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        (TextMessage(cast("str", b"octets")), "it gave a TextMessage of bytes"),
        (BytesMessage(cast("bytes", "text")), "it gave a BytesMessage of str"),
        (MultipartMessage((cast("Message", "text"),)), "it gave a str, not a Message"),
    ],
)
async def test_a_result_that_is_none_is_told_as_an_error(result: Message, fault: str) -> None:
    tool = RecordingTool("Odd", result)
    agent = Agent(model=ScriptedModel(calls(("Odd", {})), "done"), tools=[tool])

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == f"Odd is broken: {fault}."


async def test_the_parts_of_a_result_share_what_one_result_may_have() -> None:
    texts = [TextMessage(letter * 30_000) for letter in "QJZ"]
    images = [BytesMessage(bytes(10_000_000), "image/png")] * 2
    tool = RecordingTool("Draw", MultipartMessage((*images, *texts)))
    agent = Agent(model=ScriptedModel(calls(("Draw", {})), "done"), tools=[tool])

    await agent.run("go")

    result = results_of(agent)[0]
    text = response_text(result)
    assert "[image/png of 10000000 bytes left out: it is too large]" in text
    assert [text.count(letter) for letter in "QJZ"] == [30_000, 10_000 - 2, 0]
    assert text.endswith("[1 more parts left out: the result is too long]")


async def test_an_image_that_no_vendor_takes_is_left_out() -> None:
    image = BytesMessage(bytes(20_000_000), "image/png")
    agent = Agent(
        model=ScriptedModel(calls(("Draw", {})), "done"), tools=[RecordingTool("Draw", image)]
    )

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == (
        "[image/png of 20000000 bytes left out: it is too large]"
    )


async def test_a_tool_that_exits_does_not_end_the_program() -> None:
    agent = Agent(model=ScriptedModel(calls(("Exit", {})), "done"), tools=[Quitter("Exit")])

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == "SystemExit: 3"


async def test_a_tool_that_exits_among_its_tasks_does_not_end_the_program() -> None:
    agent = Agent(model=ScriptedModel(calls(("Exit", {})), "done"), tools=[GroupQuitter("Exit")])

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == "SystemExit: 3"


async def test_a_tool_whose_library_panics_does_not_end_the_program() -> None:
    agent = Agent(model=ScriptedModel(calls(("Panic", {})), "done"), tools=[Panicker("Panic")])

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == "Panic: index out of bounds"


async def test_a_tool_that_fails_as_it_is_interrupted_does_not_take_its_agent_along(
    autojump_clock: object,
) -> None:
    model = ScriptedModel(calls(("Messy", {})), "still here")
    async with open_system() as system, trio.open_nursery() as nursery:
        ref = await system.spawn(Agent(model=model, tools=[Messy("Messy", trio.Event())]))
        nursery.start_soon(interrupt_in_a_second, ref)
        with pytest.raises(RunInterruptedError):
            await ref.ask(Prompt("go"))

        answer = await ref.ask(Prompt("are you there?"))

    assert answer.content == "still here"


async def test_errors_of_a_tools_tasks_are_told_one_by_one() -> None:
    agent = Agent(model=ScriptedModel(calls(("Fail", {})), "done"), tools=[GroupFailure("Fail")])

    await agent.run("go")

    assert response_text(results_of(agent)[0]) == "KeyError: 'x'; ValueError: no such thing"


async def test_ctrl_c_in_a_tool_ends_the_program() -> None:
    agent = Agent(model=ScriptedModel(calls(("Stop", {}))), tools=[CtrlC("Stop")])

    with pytest.RaisesGroup(KeyboardInterrupt, flatten_subgroups=True):
        await agent.run("go")


async def test_a_null_for_what_may_be_left_out_is_left_out() -> None:
    schema: JSON = {
        "type": "object",
        "properties": {"x": {"type": "integer"}, "y": {"type": "string"}},
        "required": ["x"],
    }
    strict = RecordingTool("Strict", schema=schema)
    model = ScriptedModel(
        calls(("Strict", {"x": 1, "y": None})), calls(("Strict", {"x": None})), "done"
    )

    await Agent(model=model, tools=[strict]).run("go")

    assert strict.directives == [{"x": 1}]
    assert "InputValidationError" in response_text(model.requests[2].messages[-1])


class Opener(RecordingTool):
    def __init__(self, gate: trio.Event) -> None:
        super().__init__("Opens")
        self._gate = gate

    async def run(self, msg: Message) -> Message:
        self._gate.set()
        return await super().run(msg)


class Timed(RecordingTool):
    def __init__(self, name: str, order: list[str], concurrency: str = "shared") -> None:
        super().__init__(name)
        self.concurrency = concurrency  # type: ignore[assignment]
        self._order = order

    async def run(self, msg: Message) -> Message:
        self._order.append(f"{self.name} begins")
        await trio.sleep(1)
        self._order.append(f"{self.name} ends")
        return TextMessage("ok")


class Quitter(RecordingTool):
    async def run(self, msg: Message) -> Message:
        raise SystemExit(3)


class GroupQuitter(Quitter):
    async def run(self, msg: Message) -> Message:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(super().run, msg)
        return TextMessage("never")


class Messy(RecordingTool):
    """Leaves a task behind that fails as it is cancelled."""

    async def run(self, msg: Message) -> Message:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._fail_at_the_end)
            return await super().run(msg)

    async def _fail_at_the_end(self) -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise OSError("the connection is closed already")


async def interrupt_in_a_second(ref: Ref[Mail]) -> None:
    await trio.sleep(1)
    ref.tell(Interrupt(), lane="front")


class Starter(RecordingTool):
    def __init__(self, name: str, begun: list[str]) -> None:
        super().__init__(name)
        self._begun = begun

    async def run(self, msg: Message) -> Message:
        self._begun.append(self.name)
        return await super().run(msg)


class GroupFailure(RecordingTool):
    async def run(self, msg: Message) -> Message:
        errors = [KeyError("x"), ExceptionGroup("inner", [ValueError("no such thing")] * 2)]
        raise ExceptionGroup("outer", errors)


class Panic(BaseException):
    """What a library in Rust raises when it has failed itself."""


class Panicker(RecordingTool):
    async def run(self, msg: Message) -> Message:
        raise Panic("index out of bounds")


class CtrlC(RecordingTool):
    async def run(self, msg: Message) -> Message:
        raise KeyboardInterrupt


class Liar(RecordingTool):
    async def run(self, msg: Message) -> Message:
        return 7  # type: ignore[return-value]


class NotToday:
    async def decide(self, use: ToolUse) -> Decision:
        return Deny("not today") if use.tool.name == "Echo" else Allow()
