"""What the agents of a system did, as spans."""

import json
import os
import stat
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from sagent.actors import open_system
from sagent.agent import Agent, Interrupt, Prompt, TurnBegan
from sagent.errors import ModelError, UsageError
from sagent.message import response_text
from sagent.model import ModelRequest, Price, Usage
from sagent.testing import Move, ScriptedModel, calls
from sagent.tools import build_tools, tool
from sagent.trace import Span, open_spans, open_trace
from sagent.trace._spans import Spans
from sagent.trace.otel import open_otel_trace

NS = 10**9


@attrs.define
class Collected:
    """Keeps spans, as they began and as they ended."""

    begun: list[Span] = attrs.field(factory=list[Span])
    ended_: list[Span] = attrs.field(factory=list[Span])

    def began(self, span: Span) -> None:
        self.begun.append(span)

    def ended(self, span: Span) -> None:
        self.ended_.append(span)

    def one(self, kind: str, agent: str = "/main") -> Span:
        (span,) = (each for each in self.ended_ if (each.kind, each.agent) == (kind, agent))
        return span


def virtual() -> int:
    """Tell trio's time, so that spans last as long as what they stand for."""
    return round(trio.current_time() * NS)


@tool
async def wait(seconds: int) -> str:
    """Wait.

    Args:
        seconds: how long.
    """
    await trio.sleep(seconds)
    return "waited"


async def collected(agent: Agent, *prompts: str) -> Collected:
    """Let *agent* answer *prompts* in a system that is traced."""
    spans = Collected()
    async with open_system() as system, open_spans(system, spans, clock=virtual):
        ref = await system.spawn(agent, name="main")
        for prompt in prompts:
            await ref.ask(Prompt(prompt))
    return spans


async def test_a_turn_has_the_calls_of_its_model_and_its_tools_as_its_parts(
    autojump_clock: trio.testing.MockClock,
) -> None:
    model = ScriptedModel(
        calls(("wait", {"seconds": 3})),
        "done",
        usage=Usage(input_tokens=5, output_tokens=2),
        price=Price(input_per_mtok="1000000", output_per_mtok="1000000"),
    )

    spans = await collected(Agent(model=model, tools=[wait]), "go")

    turn, ran = spans.one("turn"), spans.one("tool")
    models = [span for span in spans.ended_ if span.kind == "model"]
    assert turn.name == "invoke_agent main"
    assert (turn.parent_id, turn.error) == ("", "")
    assert turn.attributes["sagent.asked_by"] == ("user",)
    assert Decimal(str(turn.attributes["sagent.cost_usd"])) == 14
    assert {span.parent_id for span in (ran, *models)} == {turn.span_id}
    assert {span.trace_id for span in spans.ended_} == {turn.trace_id}
    assert (ran.name, ran.end_ns - ran.start_ns) == ("execute_tool wait", 3 * NS)
    assert [span.name for span in models] == ["chat scripted", "chat scripted"]
    assert models[0].attributes["gen_ai.usage.input_tokens"] == 5


async def test_each_turn_is_a_trace_of_its_own() -> None:
    spans = await collected(Agent(model=ScriptedModel("one", "two")), "a", "b")

    turns = [span for span in spans.ended_ if span.kind == "turn"]
    assert len({turn.trace_id for turn in turns}) == 2


async def test_what_failed_says_so() -> None:
    @tool
    def broken() -> str:
        """Break."""
        raise KeyError("nowhere")

    spans = Collected()
    model = ScriptedModel(calls(("broken", {})), ModelError("no luck"))
    async with open_system() as system, open_spans(system, spans):
        ref = await system.spawn(Agent(model=model, tools=[broken]), name="main")
        with pytest.raises(ModelError):
            await ref.ask(Prompt("go"))

    assert spans.one("tool").error == "the tool failed"
    assert spans.one("turn").error == "no luck"
    assert [span.error for span in spans.ended_ if span.kind == "model"] == ["", "no luck"]


async def test_what_is_interrupted_or_goes_on_at_the_end_is_told_as_that(
    autojump_clock: trio.testing.MockClock,
) -> None:
    spans = Collected()
    model = ScriptedModel(calls(("wait", {"seconds": 60})), calls(("wait", {"seconds": 60})))
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[wait]), name="main")
        async with open_spans(system, spans):
            await trio.testing.wait_all_tasks_blocked()
            ref.tell(Prompt("go"))
            await trio.sleep(1)
            ref.tell(Interrupt(), lane="front")
            await trio.sleep(1)
            ref.tell(Prompt("again"))
            await trio.sleep(1)
        ref.kill()

    turns = [span.error for span in spans.ended_ if span.kind == "turn"]
    assert turns == ["interrupted", "unfinished"]
    assert len(spans.begun) == len(spans.ended_)


async def test_what_children_do_is_part_of_the_calls_that_started_them() -> None:
    spans = Collected()

    def answer(request: ModelRequest) -> Move:
        if "Look" in str(request.messages[0].content):
            return "a child's word"
        if len(request.messages) > 1:
            return "done"
        return calls(*(("AgentSpawn", {"prompt": "Look", "label": kid}) for kid in ("a", "b")))

    model = ScriptedModel(*[answer] * 4)
    async with open_system() as system, open_spans(system, spans):
        agent = Agent(model=model, tools=build_tools(["AgentSpawn"]))
        ref = await system.spawn(agent, name="main")
        await ref.ask(Prompt("go", until_idle=True))

    kids = [spans.one("turn", "/main/a"), spans.one("turn", "/main/b")]
    calls_ = [span.span_id for span in spans.ended_ if span.kind == "tool"]
    assert sorted(kid.parent_id for kid in kids) == sorted(calls_)
    assert {span.trace_id for span in spans.ended_} == {spans.one("turn").trace_id}
    assert kids[0].attributes["sagent.asked_by"] == ("/main",)


async def test_contents_are_in_spans_only_if_they_are_asked_for() -> None:
    def agent() -> Agent:
        steps = (calls(("wait", {"seconds": 0})), "the secret")
        return Agent(model=ScriptedModel(*steps), tools=[wait])

    without = await collected(agent(), "go")
    spans = Collected()
    async with open_system() as system, open_spans(system, spans, contents="record"):
        await (await system.spawn(agent(), name="main")).ask(Prompt("go"))

    assert "secret" not in str(without)
    assert "waited" not in str(without)
    assert "the secret" in str(spans.one("turn").attributes["gen_ai.output.messages"])
    assert spans.one("tool").attributes["gen_ai.tool.call.arguments"] == '{"seconds":0}'
    assert spans.one("tool").attributes["gen_ai.tool.call.result"] == "waited"


async def test_a_file_has_a_span_a_line_each_before_what_it_is_part_of(tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    async with open_system() as system, open_trace(system, path):
        ref = await system.spawn(Agent(model=ScriptedModel("one")), name="main")
        await ref.ask(Prompt("go"))

    model, turn = map(json.loads, path.read_text().splitlines())
    assert (model["kind"], turn["kind"]) == ("model", "turn")
    assert model["parent_id"] == turn["span_id"]
    assert model["duration_ms"] >= 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    async with open_system() as system:
        with pytest.raises(UsageError, match="cannot be written: Is a directory"):
            async with open_trace(system, tmp_path):
                pass


@contextmanager
def open_pipe(path: Path) -> Generator[int]:
    """Make a named pipe, and open its reading end."""
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield reader
    finally:
        os.close(reader)


async def test_a_reader_that_comes_late_holds_nobody_up_and_gets_every_line(tmp_path: Path) -> None:
    path, long = tmp_path / "pipe", "long " * 40_000
    faults: list[str] = []

    async def read() -> None:
        while True:
            await trio.lowlevel.wait_readable(reader)
            received.extend(os.read(reader, 1 << 20))

    received = bytearray()
    with open_pipe(path) as reader:
        async with trio.open_nursery() as nursery, open_system() as system:
            async with open_trace(system, path, contents="record", on_fault=faults.append):
                ref = await system.spawn(Agent(model=ScriptedModel(long)), name="main")
                await ref.ask(Prompt("go"))
                nursery.start_soon(read)
            nursery.cancel_scope.cancel()
        received += os.read(reader, 1 << 20)

    assert [json.loads(line)["kind"] for line in received.splitlines()] == ["model", "turn"]
    assert faults == []


async def test_a_reader_that_stands_still_costs_the_trace_and_not_the_agents(
    tmp_path: Path,
) -> None:
    path, faults = tmp_path / "pipe", list[str]()
    with open_pipe(path):
        async with (
            open_system() as system,
            open_trace(system, path, contents="record", on_fault=faults.append),
        ):
            ref = await system.spawn(Agent(model=ScriptedModel("long " * 1_000_000)), name="main")
            await ref.ask(Prompt("go"))

    assert faults == [f"no more is traced: whoever reads {path} is too slow"]


async def test_a_block_ends_at_once_though_an_agent_has_just_come_to_life(
    any_schedule: trio.testing.MockClock,
) -> None:
    async with open_system() as system:
        with trio.fail_after(1):
            async with open_spans(system, Collected()):
                await system.spawn(Agent(model=ScriptedModel()), name="main")


async def test_what_the_block_raises_comes_in_no_group() -> None:
    async with open_system() as system:
        with pytest.raises(KeyError):
            async with open_spans(system, Collected()):
                raise KeyError


class Refusing:
    """Takes no span."""

    def began(self, span: Span) -> None:
        raise OSError("no room")

    def ended(self, span: Span) -> None:
        raise OSError("no room")


async def test_a_sink_that_raises_harms_no_agent(caplog: pytest.LogCaptureFixture) -> None:
    async with open_system() as system, open_spans(system, Refusing()):
        ref = await system.spawn(Agent(model=ScriptedModel("fine")), name="main")
        answer = await ref.ask(Prompt("go"))

    assert response_text(answer) == "fine"
    assert "a sink of spans raised at invoke_agent main of /main" in caplog.text


def test_a_turn_counts_all_its_events_that_were_not_seen() -> None:
    collected = Collected()
    spans = Spans(collected, "leave_out")
    spans.feed("/main", TurnBegan(), 1)
    spans.lose("/main", 2)
    spans.lose("/main", 3)
    spans.end("/main", 9)

    assert collected.one("turn").attributes["sagent.events_lost"] == 5


async def test_opentelemetry_gets_the_same_spans_with_its_own_names() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    model = ScriptedModel(calls(("wait", {"seconds": 0})), ModelError("no luck"))

    async with open_system() as system:
        with tracer.start_as_current_span("mine") as mine:
            async with open_otel_trace(system, tracer=tracer):
                ref = await system.spawn(Agent(model=model, tools=[wait]), name="main")
                with pytest.raises(ModelError):
                    await ref.ask(Prompt("go"))

    spans = {span.name: span for span in exporter.get_finished_spans()}
    turn, asked, ran = (
        spans[n] for n in ("invoke_agent main", "chat scripted", "execute_tool wait")
    )
    assert turn.parent is not None
    assert turn.parent.span_id == mine.get_span_context().span_id
    assert ran.parent is not None
    assert turn.context is not None
    assert ran.parent.span_id == turn.context.span_id
    assert (turn.kind, asked.kind) == (SpanKind.INTERNAL, SpanKind.CLIENT)
    assert attributes(asked)["gen_ai.operation.name"] == "chat"
    assert attributes(asked)["gen_ai.request.model"] == "scripted"
    assert turn.status.status_code is StatusCode.ERROR
    assert attributes(turn)["error.type"] == "error"


async def test_names_that_are_of_the_conventions_are_in_their_registry() -> None:
    model = ScriptedModel(calls(("wait", {"seconds": 0})), "done", model_id="claude-x")
    spans = Collected()
    async with open_system() as system, open_spans(system, spans, contents="record"):
        ref = await system.spawn(Agent(model=model, tools=[wait]), name="main")
        await ref.ask(Prompt("go"))

    published = import_module("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
    registry = {value for value in vars(published).values() if isinstance(value, str)}
    used = {name for span in spans.ended_ for name in span.attributes}
    assert {name for name in used if name.startswith("gen_ai.")} <= registry
    asked = next(span for span in spans.ended_ if span.kind == "model")
    assert asked.attributes["gen_ai.provider.name"] == "anthropic"


def attributes(span: Any) -> Mapping[str, object]:
    return dict(span.attributes)
