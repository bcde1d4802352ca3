"""Tools that show how they get on."""

from sagent.agent import Agent, ToolProgressed
from sagent.lib.json import JSON
from sagent.message import Message, TextMessage, tool_descriptor
from sagent.testing import ScriptedModel, calls
from sagent.tool import Report


class Counting:
    name = "Counting"
    tool_id = tool_descriptor("Counting")
    description = "Count to a number."
    supports_microcompaction = False

    def __init__(self, *words: str) -> None:
        self.words = words
        self.directive_schema: JSON = {"type": "object"}

    def summary(self, msg: Message) -> str:
        return self.name

    def prompt(self) -> str | None:
        return None

    async def run(self, msg: Message) -> Message:
        raise AssertionError(msg)

    async def stream(self, msg: Message, report: Report) -> Message:
        for word in self.words:
            report(word)
        return TextMessage("counted")


async def progress(tool: Counting) -> str:
    model = ScriptedModel(calls(("Counting", {})), "done")
    async with Agent(model=model, tools=[tool]).run("go") as run:
        told = [event.content async for event in run if isinstance(event, ToolProgressed)]
    return "".join(told)


async def test_what_a_tool_reports_is_told_before_its_result() -> None:
    assert await progress(Counting("one ", "two ", "three")) == "one two three"


async def test_of_much_the_newest_is_told_and_how_much_was_left_out() -> None:
    told = await progress(Counting("a" * 5_000, "b" * 5_000))

    assert told.startswith("... [2000 characters omitted] ...\n")
    assert told.endswith("b" * 5_000)
