"""Results that are too large for the conversation."""

import re
import tempfile
from pathlib import Path

import pytest
import trio

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.errors import ActorCrashed
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import (
    BytesMessage,
    Descriptor,
    Message,
    MultipartMessage,
    TextMessage,
    is_error,
    response_text,
    result_text,
)
from sagent.session import create_session, open_session, remove_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tool import Binding, ResultFolder, Tool
from sagent.tools import Grep, Read

LONG = "\n".join(f"line {number:05}" for number in range(1, 10_001))


class Taken:
    """A tool that hands out where its agent keeps large results."""

    name = "Taken"
    tool_id = "application/x-tool-taken"
    description = "Takes the folder."
    supports_microcompaction = False

    def __init__(self) -> None:
        self.directive_schema: JSON = {"type": "object"}
        self.folders: list[ResultFolder | None] = []

    def bind(self, binding: Binding) -> Tool:
        self.folders.append(binding.results)
        return self

    def summary(self, msg: Message) -> str:
        return self.name

    def prompt(self) -> str | None:
        return None

    async def run(self, msg: Message) -> Message:
        folder = self.folders[-1]
        assert folder is not None
        path = await trio.to_thread.run_sync(folder.keep, "mine", "by a tool")
        return TextMessage(str(path))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def inside(place: Path) -> list[Path]:
    return list(place.iterdir())


def results(agent: Agent) -> list[str]:
    found = [m for m in agent.messages if m.descriptor == Descriptor.TOOL_RESULT]
    return [result_text(message) for message in found]


def path_in(text: str) -> Path:
    found = re.search(r"is in (\S+?)(?: until the run ends)?:", text)
    assert found is not None, text
    return Path(found[1])


async def test_a_large_result_is_whole_on_disk_and_its_ends_are_shown(tmp_path: Path) -> None:
    model = ScriptedModel(calls(("Dump", {})), "done")
    with create_session(home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(model=model, tools=[RecordingTool("Dump", LONG), Read()], session=session)
        await agent.run("go")

        text = results(agent)[0]
        path = path_in(text)
        assert text.startswith("[Dump gave 109999 characters in 10000 lines, too much for the")
        assert "Read shows it in parts (offset, limit)" in text
        assert "line 00001\n" in text
        assert text.endswith("line 10000")
        assert len(text) < 5_000
        assert path.read_text() == LONG
        assert path.parent == session.directory / "results"


async def test_the_model_reads_on_with_read_and_grep(tmp_path: Path) -> None:
    path = tmp_path / "home"
    model = ScriptedModel(calls(("Dump", {})), "done")
    tools: list[Tool] = [RecordingTool("Dump", LONG), Read(), Grep()]
    with create_session(home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(model=model, tools=tools, session=session)
        await agent.run("go")
        path = path_in(results(agent)[0])
        agent.model = ScriptedModel(
            calls(
                ("Read", {"file_path": str(path), "offset": 5000, "limit": 1}),
                ("Grep", {"path": str(path), "pattern": "line 07777", "output_mode": "content"}),
            ),
            "done",
        )
        await agent.run("look")

        shown = results(agent)[1:]
        assert "line 05000" in shown[0]
        assert "line 07777" in shown[1]


async def test_without_a_session_the_folder_goes_with_the_run(temporary: Path) -> None:
    read: list[str] = []

    class Peek(RecordingTool):
        async def run(self, msg: Message) -> Message:
            path = path_in(results(agent)[0])
            read.append(path.read_text())
            return await super().run(msg)

    model = ScriptedModel(calls(("Dump", {})), calls(("Peek", {})), "done")
    tools: list[Tool] = [RecordingTool("Dump", LONG), Peek("Peek"), Read()]
    agent = Agent(model=model, tools=tools)

    await agent.run("go")

    assert read == [LONG]
    assert "until the run ends" in results(agent)[0]
    assert inside(temporary) == []


async def test_invariant_3_no_folder_is_left_by_a_run_that_is_cancelled(temporary: Path) -> None:
    gate = trio.Event()
    model = ScriptedModel(calls(("Dump", {})), calls(("Wait", {})), "done")
    tools: list[Tool] = [RecordingTool("Dump", LONG), RecordingTool("Wait", gate), Read()]
    there: list[Path] = []

    with trio.move_on_after(5) as scope:
        async for event in Agent(model=model, tools=tools).run("go"):
            if getattr(event, "name", "") == "Wait":
                there += inside(temporary)
                scope.cancel()

    assert len(there) == 1
    assert inside(temporary) == []


async def test_invariant_3_no_folder_is_left_by_an_agent_that_crashes(temporary: Path) -> None:
    model = ScriptedModel(calls(("Dump", {})), KeyError("a bug"))
    agent = Agent(model=model, tools=[RecordingTool("Dump", LONG), Read()])

    async with open_system() as system:
        ref = await system.spawn(agent, restart="temporary")
        with pytest.raises(ActorCrashed):
            await ref.ask(Prompt("go"))

    assert inside(temporary) == []


async def test_a_response_has_room_for_so_much_and_the_last_results_for_less() -> None:
    six: list[tuple[str, JSON]] = [("Dump", {})] * 6
    model = ScriptedModel(calls(*six), "done", context_window=200_000)
    dump = RecordingTool("Dump", "x" * 39_000, concurrency="exclusive")
    agent = Agent(model=model, tools=[dump, Read()])

    await agent.run("go")

    whole = [len(text) == 39_000 for text in results(agent)]
    assert whole == [True, True, True, True, False, False]


async def test_a_small_window_has_room_for_small_results() -> None:
    model = ScriptedModel(calls(("Dump", {})), "done", context_window=16_000)
    agent = Agent(model=model, tools=[RecordingTool("Dump", "x" * 9_000), Read()])

    await agent.run("go")

    assert results(agent)[0].startswith("[Dump gave 9000 characters in 1 lines")


async def test_a_tool_may_say_how_much_of_a_result_the_conversation_gets() -> None:
    generous = RecordingTool("Dump", LONG)
    setattr(generous, "max_result_chars", 200_000)  # noqa: B010  # it need not be there
    model = ScriptedModel(calls(("Dump", {})), "done")
    agent = Agent(model=model, tools=[generous, Read()])

    await agent.run("go")

    assert results(agent) == [LONG]


async def test_an_agent_that_could_not_look_into_a_file_gets_what_there_is_room_for(
    temporary: Path,
) -> None:
    model = ScriptedModel(calls(("Dump", {})), "done")
    agent = Agent(model=model, tools=[RecordingTool("Dump", LONG)])

    await agent.run("go")

    assert 39_000 < len(results(agent)[0]) < 41_000
    assert "characters omitted" in results(agent)[0]
    assert inside(temporary) == []


async def test_a_disk_that_takes_nothing_is_told_with_the_preview(tmp_path: Path) -> None:
    model = ScriptedModel(calls(("Dump", {})), "done")
    with create_session(home(tmp_path), cwd=tmp_path) as session:
        (session.directory / "results").write_text("a file is in the way")
        agent = Agent(model=model, tools=[RecordingTool("Dump", LONG), Read()], session=session)
        await agent.run("go")

    assert "they could not be kept on disk (File exists)" in results(agent)[0]
    assert results(agent)[0].endswith("line 10000")


async def test_images_and_the_mark_of_an_error_stay_with_a_large_text() -> None:
    image = BytesMessage(b"\x89PNG", "image/png")
    parts = MultipartMessage((TextMessage(LONG, Descriptor.ERROR), image))
    model = ScriptedModel(calls(("Draw", {})), "done")
    agent = Agent(model=model, tools=[RecordingTool("Draw", parts), Read()])

    await agent.run("go")

    result = agent.messages[2]
    assert is_error(result)
    assert isinstance(result, MultipartMessage)
    assert [part.content for part in result.content if isinstance(part, BytesMessage)] == [
        b"\x89PNG"
    ]
    assert len(response_text(result)) < 5_000


async def test_invariant_9_a_key_is_not_in_a_result_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "sk-secret-12345")
    model = ScriptedModel(calls(("Dump", {})), "done")
    dump = RecordingTool("Dump", f"sk-secret-12345\n{LONG}")
    with create_session(home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(model=model, tools=[dump, Read()], session=session)
        await agent.run("go")

    kept = path_in(results(agent)[0]).read_text()
    assert kept == f"[secret]\n{LONG}"


async def test_a_tool_keeps_what_it_likes_beside_the_session(tmp_path: Path) -> None:
    taken = Taken()
    model = ScriptedModel(calls(("Taken", {})), "done")
    with create_session(home(tmp_path), cwd=tmp_path) as session:
        agent = Agent(model=model, tools=[taken], session=session)
        await agent.run("go")

    assert results(agent) == [str(session.directory / "results" / "mine.txt")]


async def test_a_session_goes_on_with_its_results_and_takes_them_along(tmp_path: Path) -> None:
    tools: list[Tool] = [RecordingTool("Dump", LONG), Read()]
    with create_session(home(tmp_path), cwd=tmp_path) as session:
        model = ScriptedModel(calls(("Dump", {})), "done")
        await Agent(model=model, tools=tools, session=session).run("go")
    with open_session(session.directory) as again:
        model = ScriptedModel(calls(("Dump", {})), "done")
        agent = Agent(model=model, tools=tools, session=again)
        await agent.run("again")

    first, second = map(path_in, results(agent))
    assert first != second
    assert first.exists()
    remove_session(session.directory)
    assert not session.directory.exists()


async def test_an_empty_result_says_so() -> None:
    model = ScriptedModel(calls(("Quiet", {})), "done")
    agent = Agent(model=model, tools=[RecordingTool("Quiet", "")])

    await agent.run("go")

    assert results(agent) == ["(Quiet completed with no output)"]
