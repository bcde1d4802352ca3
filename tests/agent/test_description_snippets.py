"""The two Python snippets of the project's description run as printed, but for the vendor."""

import ast
import inspect
from types import CodeType

import pytest
import trio

from sagent import providers
from sagent.testing import ScriptedModel, calls

FIRST = """
from sagent import tools
from sagent.agent import Agent
from sagent.lib.json import json_freeze
from sagent.providers import Google

agent = Agent(
    model=Google.from_env().model("gemini-3.1-pro-preview"),
    system="You are a scientist.",
    tools=[tools.Read(), tools.Glob(), tools.Grep()],
)
result = await agent.run(json_freeze({"prompt": "analyze the CSV in ./data/"}))
print(result.content)
"""

SECOND = """
import asyncio

from sagent import tools
from sagent.agent import Agent
from sagent.lib.json import json_freeze
from sagent.providers import Anthropic


async def main() -> None:
    agent = Agent(
        model=Anthropic.from_env().model("claude-sonnet-4-6"),
        system="You are a concise coding assistant.",
        tools=[tools.Read(), tools.Grep(), tools.Glob()],
    )
    result = await agent.run(json_freeze({"prompt": "Summarize README.md"}))
    print(result.content)


asyncio.run(main())
"""


class Vendor:
    """Stands for a vendor's provider; its model looks around, then answers."""

    @classmethod
    def from_env(cls) -> "Vendor":
        return cls()

    def model(self, name: str) -> ScriptedModel:
        return ScriptedModel(calls(("Glob", {"pattern": "*"})), f"says {name}", model_id=name)


@pytest.fixture(autouse=True)
def vendors(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Google", "Anthropic"):
        monkeypatch.setattr(providers, name, Vendor, raising=False)


def test_the_first_snippet_runs_where_await_may_stand(capsys: pytest.CaptureFixture[str]) -> None:
    code = compile(FIRST, "description", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    trio.run(_top_level, code)

    assert capsys.readouterr().out == "says gemini-3.1-pro-preview\n"


def test_the_second_snippet_runs_under_asyncio(capsys: pytest.CaptureFixture[str]) -> None:
    exec(SECOND, {"__name__": "__main__"})

    assert capsys.readouterr().out == "says claude-sonnet-4-6\n"


async def _top_level(code: CodeType) -> None:
    coroutine = eval(code, {"__name__": "__main__"})
    assert inspect.iscoroutine(coroutine)
    await coroutine
