"""The four tools together: whatever they are asked, and in whole runs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper_answers import (
    ATTENTION_ARXIV,
    ATTENTION_OPENALEX,
    ATTENTION_S2,
    AUTHOR_S2,
    arxiv_found,
    openalex_found,
    s2_found,
)
from paper_server import (
    ARXIV,
    OPENALEX_WORK,
    OPENALEX_WORKS,
    S2_SEARCH,
    atom_page,
    json_page,
    open_paper_server,
    pdf_page,
)
from pdf_files import pdf
from trio.testing import MockClock
from web_server import Page

from sagent.agent import Agent
from sagent.lib.json import JSON
from sagent.message import JsonMessage, Message, MultipartMessage, is_message, response_text
from sagent.model import ModelRequest
from sagent.testing import ScriptedModel, calls
from sagent.tool import validator_for
from sagent.tools import PaperAuthor, PaperDetails, PaperFetch, PaperSearch, Read
from sagent.tools.papers import Library

type Make = Callable[..., PaperAuthor | PaperDetails | PaperFetch | PaperSearch]

KNOWN: dict[str, Page] = {
    S2_SEARCH: json_page(s2_found(ATTENTION_S2, total=1)),
    "/s2/paper/ARXIV:1706.03762": json_page(json.dumps(ATTENTION_S2)),
    "/s2/author/search": json_page(s2_found(AUTHOR_S2)),
    OPENALEX_WORKS: json_page(openalex_found(ATTENTION_OPENALEX)),
    f"{OPENALEX_WORK}W7": json_page(json.dumps(ATTENTION_OPENALEX)),
    ARXIV: atom_page(arxiv_found(ATTENTION_ARXIV)),
    "/pdf/1706.03762": pdf_page(),
}
TEXTS = st.sampled_from(
    ["1706.03762", "10.1000/182", "W7", "7", "a" * 40, "", "\0", "\ud800", "Vaswani", "a&b=c#d?e"]
) | st.text(max_size=12)
COUNTS = st.sampled_from([1, 2, 2000, 1000, 10**30, 1.0])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "query": TEXTS,
    "id": TEXTS,
    "source": st.sampled_from(["s2", "openalex", "arxiv", "fused"]),
    "operation": st.sampled_from(["references", "citations", "papers"]),
    "limit": COUNTS,
    "year_from": COUNTS,
    "year_to": COUNTS,
    "abstract_chars": COUNTS,
    "open_access_only": st.booleans(),
    "influential_only": st.booleans(),
}


@pytest.mark.parametrize("make", [PaperSearch, PaperDetails, PaperAuthor, PaperFetch])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(directive=st.fixed_dictionaries({}, optional=VALUES))
def test_any_arguments_give_a_result_or_an_error(make: Make, directive: dict[str, JSON]) -> None:
    async def run() -> Message:
        async with open_paper_server(KNOWN) as server:
            return await make(library=server.library).run(JsonMessage(directive))

    assert is_message(trio.run(run))


@pytest.mark.parametrize(
    ("make", "directive", "told"),
    [
        (PaperSearch, {"query": "attention"}, "1. Attention is All you Need (2017)"),
        (PaperDetails, {"id": "1706.03762"}, "123,456 citations"),
        (PaperAuthor, {"query": "Vaswani"}, "s2:40348417"),
        (PaperFetch, {"id": "1706.03762"}, "papers/arxiv-1706.03762.pdf"),
    ],
)
async def test_an_agent_uses_each_in_a_whole_run(make: Make, directive: JSON, told: str) -> None:
    async with open_paper_server(KNOWN) as server:
        tool = make(library=server.library)
        model = ScriptedModel(calls((tool.name, directive)), "done")

        answer = await Agent(model=model, tools=[tool]).run("go")

    assert answer.content == "done"
    assert told in response_text(model.requests[-1].messages[-1])


async def test_what_was_fetched_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGENT_HOME", str(tmp_path / "home"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")

    def read_it(request: ModelRequest) -> MultipartMessage:
        path = response_text(request.messages[-1]).split("\n")[0]
        return calls(("Read", {"file_path": path, "pages": "2"}))

    pages = {"/pdf/1706.03762": pdf_page(pdf(["Attention", "All you need"]))}
    async with open_paper_server(pages) as server:
        tools = [PaperFetch(library=server.library), Read()]
        model = ScriptedModel(calls(("PaperFetch", {"id": "1706.03762"})), read_it, "done")

        await Agent(model=model, tools=tools).run("go")

    assert "All you need" in response_text(model.requests[-1].messages[-1])


def test_a_schema_tells_what_the_tools_take() -> None:
    assert not validator_for(PaperSearch()).faults(
        {
            "query": "attention",
            "source": "fused",
            "limit": 1000,
            "year_from": 0,
            "year_to": 2026,
            "open_access_only": True,
            "abstract_chars": 1,
        }
    )
    assert not validator_for(PaperDetails()).faults(
        {
            "id": "W7",
            "operation": "references",
            "influential_only": True,
            "year_from": 2000,
            "limit": 5,
            "abstract_chars": 9,
        }
    )
    assert validator_for(PaperSearch()).faults({"query": "a", "limit": 1001})
    assert validator_for(PaperDetails()).faults({"operation": "references"})


async def test_tools_of_one_library_keep_its_pace_together(mock_clock: MockClock) -> None:
    asked_at: list[float] = []

    async def say(stream: trio.abc.Stream) -> None:
        asked_at.append(trio.current_time())
        await stream.send_all(atom_page(arxiv_found()))

    async with open_paper_server({ARXIV: say}) as server, trio.open_nursery() as nursery:
        library = Library(arxiv=attrs.evolve(server.library.arxiv, pace_s=3))
        for tool in (PaperSearch(library=library), PaperSearch(library=library)):
            nursery.start_soon(tool.run, JsonMessage({"query": "a", "source": "arxiv"}))
        while len(asked_at) < 2:
            await trio.testing.wait_all_tasks_blocked(0.01)
            mock_clock.jump(1)

    assert asked_at[1] - asked_at[0] == 3


async def test_a_search_that_is_cancelled_leaves_no_connection() -> None:
    left: list[str] = []
    asked = [trio.Event(), trio.Event(), trio.Event()]

    async def hang(stream: trio.abc.Stream) -> None:
        next(event for event in asked if not event.is_set()).set()
        left.append((await stream.receive_some()).decode())

    async with open_paper_server({S2_SEARCH: hang, OPENALEX_WORKS: hang, ARXIV: hang}) as server:
        async with trio.open_nursery() as nursery:
            tool = PaperSearch(library=server.library)
            nursery.start_soon(tool.run, JsonMessage({"query": "a"}))
            for event in asked:
                await event.wait()
            nursery.cancel_scope.cancel()
        await trio.testing.wait_all_tasks_blocked(0.01)

    assert left == ["", "", ""]


def test_a_tool_that_is_given_none_makes_a_library() -> None:
    assert isinstance(PaperFetch().library, Library)
