"""Secrets never reach a session, a log or an error text; what is written is its owner's alone."""

import base64
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from loopback import answer, chat, open_loopback, refusal

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.errors import ModelError, SagentError, StatusError
from sagent.home import Home
from sagent.lib.json import JSON
from sagent.message import BytesMessage, error_message
from sagent.providers import OpenAICompat
from sagent.session import create_session
from sagent.testing import RecordingTool, ScriptedModel, calls

KEY = "sk-fake-0123456789abcdefghij"


@pytest.fixture(autouse=True)
def key_in_environment(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Put the key where programs have theirs, and hear all logs."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)


def leaks(directory: Path, caplog: pytest.LogCaptureFixture) -> list[str]:
    """List what holds the key: files, and loggers."""
    written = [path for path in directory.rglob("*") if path.is_file()]
    found = [path.name for path in written if holds(path.read_bytes(), KEY)]
    said = [(record.name, logging.Formatter().format(record)) for record in caplog.records]
    return found + [name for name, text in said if KEY in text]


def holds(octets: bytes, text: str) -> bool:
    return text.encode() in octets or base64.b64encode(text.encode()) in octets


LOOK: tuple[str, JSON] = ("Look", {})
WITH_KEY = f"the key is {KEY}."
SPEAKERS: dict[str, Callable[[], tuple[str, ScriptedModel, RecordingTool]]] = {
    "prompt": lambda: (WITH_KEY, ScriptedModel("ok"), RecordingTool("Look")),
    "answer": lambda: ("go", ScriptedModel(WITH_KEY), RecordingTool("Look")),
    "arguments": lambda: (
        "go",
        ScriptedModel(calls(("Look", {"at": [WITH_KEY, {KEY: 1}]})), "ok"),
        RecordingTool("Look"),
    ),
    "tool output": lambda: (
        "go",
        ScriptedModel(calls(LOOK), "ok"),
        RecordingTool("Look", WITH_KEY),
    ),
    "tool octets": lambda: (
        "go",
        ScriptedModel(calls(LOOK), "ok"),
        RecordingTool("Look", BytesMessage(KEY.encode(), "application/octet-stream")),
    ),
    "tool error": lambda: (
        "go",
        ScriptedModel(calls(LOOK), "ok"),
        RecordingTool("Look", error_message(WITH_KEY)),
    ),
    "tool exception": lambda: (
        "go",
        ScriptedModel(calls(LOOK), "ok"),
        RecordingTool("Look", ValueError(WITH_KEY)),
    ),
    "tool name": lambda: ("go", ScriptedModel(calls((KEY, {})), "ok"), RecordingTool("Look")),
}


@pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)
async def test_invariant_9_a_key_that_anybody_says_is_in_no_file_and_no_log(
    home: Home,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    speaker: Callable[[], tuple[str, ScriptedModel, RecordingTool]],
) -> None:
    prompt, model, tool = speaker()
    with create_session(home, cwd=tmp_path, durability="none") as session:
        await Agent(model=model, tools=[tool], session=session).run(prompt)

    assert leaks(tmp_path, caplog) == []
    assert (
        b"[secret]" in (session.directory / "session.jsonl").read_bytes()
        or base64.b64encode(b"[secret]") in (session.directory / "session.jsonl").read_bytes()
    )


@pytest.mark.parametrize(
    "status", ["401 Unauthorized", "400 Bad Request", "500 Internal Server Error"]
)
async def test_invariant_9_a_key_that_a_server_says_back_is_in_no_error_no_file_and_no_log(
    home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    body = f'{{"error": {{"message": "Incorrect key: {KEY}"}}}}'.encode()
    with create_session(home, cwd=tmp_path, durability="none") as session:
        async with open_loopback(refusal(status, body, final=True)) as server:
            model = OpenAICompat(key=KEY, base_url=server.base_url).model("m")

            with pytest.raises(StatusError) as caught:
                await Agent(model=model, session=session).run("go")

    assert (
        KEY
        not in f"{caught.value!r} {caught.value} {caught.value.__notes__ if hasattr(caught.value, '__notes__') else ''}"
    )
    assert leaks(tmp_path, caplog) == []


async def test_invariant_9_a_key_that_a_server_says_in_its_stream_is_in_no_error_and_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    said = chat({"error": {"message": f"bad key {KEY}", "code": 401}})
    async with open_loopback(said) as server:
        model = OpenAICompat(key=KEY, base_url=server.base_url).model("m")
        async with open_system() as system:
            ref = await system.spawn(Agent(model=model), name="worker")
            ref.tell(Prompt("go"))

            with pytest.raises(ModelError) as caught:
                await ref.ask(Prompt("go"))

    assert KEY not in f"{caught.value!r}"
    assert leaks(tmp_path, caplog) == []


async def test_invariant_9_neither_a_model_nor_its_agent_show_their_key(tmp_path: Path) -> None:
    async with open_loopback(answer("hi")) as server:
        model = OpenAICompat(key=KEY, base_url=server.base_url).model("m")
        agent = Agent(model=model)

        await agent.run("go")

    assert KEY not in f"{model!r} {agent!r}"


async def test_invariant_9_what_a_run_writes_is_its_owners_alone_whatever_the_umask(
    tmp_path: Path,
) -> None:
    before = os.umask(0)
    try:
        with create_session(Home(tmp_path / "home"), cwd=tmp_path) as session:
            await Agent(model=ScriptedModel("ok"), session=session).run("go")
            paths = [tmp_path / "home", *(tmp_path / "home").rglob("*")]
            modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in paths}
    finally:
        os.umask(before)

    assert modes == {(True, 0o700), (False, 0o600)}


async def test_invariant_9_a_crash_that_names_a_key_leaves_it_out_of_the_session(
    home: Home, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with create_session(home, cwd=tmp_path, durability="none") as session:
        agent = Agent(model=ScriptedModel(ValueError(WITH_KEY)), session=session)

        with suppress(SagentError):
            await agent.run("go")

    caplog.clear()  # the traceback of a bug is Python's own
    assert leaks(tmp_path, caplog) == []
