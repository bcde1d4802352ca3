"""What a user's type checker sees: mypy and pyright read this file, nothing runs it."""

from collections.abc import Callable
from functools import partial
from typing import assert_type

from sagent.message import BytesMessage, JsonMessage, Message, TextMessage
from sagent.tool import Effect, Report, StreamingTool, Tool, deadline_of
from sagent.tools import tool


@tool
def plain(number: int, *, text: str = "") -> str:
    return text * number


@tool(effects={"reads"}, concurrency="exclusive", deadline_s=30)
async def configured(numbers: list[int], report: Report) -> BytesMessage:
    report(str(sum(numbers)))
    return BytesMessage(b"")


class Shelf:
    def find(self, title: str) -> list[Message]:
        return [TextMessage(title)]


def a_function_is_called_as_before() -> None:
    assert_type(plain(2, text="a"), str)
    plain("2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    plain(2, words="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def a_coroutine_stays_one(report: Report) -> None:
    assert_type(await configured([1], report), BytesMessage)


def what_is_made_is_a_tool() -> None:
    tools: list[Tool] = [plain, configured, tool(Shelf().find), tool(partial(plain, 2))]
    assert_type(tool(Shelf().find)("a"), list[Message])
    assert_type(tool(Shelf().find, effects={"reads"}, deadline_s=5)("a"), list[Message])
    assert_type(deadline_of(tools[0]), float | None)
    assert_type(plain.effects, frozenset[Effect])


async def a_tool_takes_messages(streaming: StreamingTool, report: Report) -> None:
    assert_type(await plain.run(JsonMessage({})), Message)
    assert_type(await streaming.stream(JsonMessage({}), report), Message)


def options_are_checked(function: Callable[[int], str]) -> None:
    tool(effects={"reeds"})(function)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    tool(concurrency="alone")(function)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
