"""What a call in the background has shown can be read while it runs."""

from collections.abc import Sequence

import trio
from aside import seeing_to
from histories import texts
from trio.testing import MockClock

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.lib.json import JSON
from sagent.message import Message, tool_descriptor
from sagent.testing import ScriptedModel, Step, calls
from sagent.tool import Report, Tool
from sagent.tools import BackgroundTask


class Talking:
    """Reports words, one in a second, and never ends."""

    name = "Talking"
    tool_id = tool_descriptor("Talking")
    description = "Talk."
    supports_microcompaction = False
    background_parameter = "aside"

    def __init__(self, words: Sequence[str]) -> None:
        aside: JSON = {"type": "boolean"}
        self.directive_schema: JSON = {"type": "object", "properties": {"aside": aside}}
        self.words = words

    def summary(self, msg: Message) -> str:
        return self.name

    def prompt(self) -> str | None:
        return None

    async def run(self, msg: Message) -> Message:
        raise AssertionError(msg)

    async def stream(self, msg: Message, report: Report) -> Message:
        for word in self.words:
            report(word)
            await trio.sleep(1)
        await trio.sleep_forever()
        raise AssertionError


async def heard_by(
    *steps: Step, words: Sequence[str] = ("one ", "two ", "three "), how: JSON = None
) -> list[str]:
    """Run *steps*, cancel the call, and give what the model was told in between."""
    start = calls(("Talking", how or {"background": True}))
    model = ScriptedModel(start, *steps, seeing_to("cancel"), "waiting", "done")
    tools: list[Tool] = [Talking(words), BackgroundTask()]
    await Agent(model=model, tools=tools).run("go")
    return texts(model)


async def test_what_came_since_the_last_look_is_read(autojump_clock: MockClock) -> None:
    heard = await heard_by(
        seeing_to("wait", seconds=1.5),
        seeing_to("read"),
        seeing_to("wait", seconds=1),
        seeing_to("read"),
        seeing_to("read"),
    )

    assert "one two " in heard
    assert "three " in heard
    assert "(nothing new)" in heard


async def test_output_is_read_in_parts_where_it_is_much(autojump_clock: MockClock) -> None:
    heard = await heard_by(
        seeing_to("wait", seconds=1),
        seeing_to("read", max_chars=3),
        seeing_to("read", max_chars=3),
        words=["abcde"],
    )

    assert "abc\n[2 more characters: read again]" in heard
    assert "de" in heard


async def test_of_more_than_is_kept_the_newest_is_there(autojump_clock: MockClock) -> None:
    heard = await heard_by(
        seeing_to("wait", seconds=4),
        seeing_to("read", max_chars=10),
        words=["a" * 100_000, "b" * 50_000],
    )

    assert (
        f"... [84464 characters omitted] ...\n{'a' * 10}\n[65526 more characters: read again]"
        in heard
    )


async def test_what_waits_to_be_read_is_listed(autojump_clock: MockClock) -> None:
    heard = await heard_by(seeing_to("wait", seconds=1), seeing_to("list"), words=["abc"])

    assert any(text.endswith("running for 1 s  Talking  (3 characters to read)") for text in heard)


async def test_a_wait_that_is_over_leaves_the_call_running(autojump_clock: MockClock) -> None:
    heard = await heard_by(seeing_to("wait", seconds=2))

    assert any("still runs after 2 s; its result will come by itself." in text for text in heard)


async def test_a_tools_own_parameter_asks_for_the_background_too(autojump_clock: MockClock) -> None:
    heard = await heard_by(seeing_to("wait", seconds=1), seeing_to("read"), how={"aside": True})

    assert "one two " in heard or "one " in heard


async def test_what_a_call_showed_before_it_went_aside_is_there(autojump_clock: MockClock) -> None:
    words = ["before ", "after "]
    model = ScriptedModel(
        calls(("Talking", {})), "a moment", seeing_to("read"), seeing_to("cancel"), "ok", "done"
    )
    tools: list[Tool] = [Talking(words), BackgroundTask()]
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=tools))
        ref.tell(Prompt("go"))
        await trio.sleep(0.5)
        await ref.ask(Prompt("are you there?"), lane="front")
        await trio.sleep(1)
        await ref.ask(Prompt("what does it say?"))

    assert "before after " in texts(model, 3)
