"""What comes with a recap: files as they are now, and skills."""

import os
from pathlib import Path

import trio
from recaps import ANSWER as RECAP

from sagent.actors import open_system
from sagent.agent import (
    Agent,
    Compact,
    Prompt,
)
from sagent.home import Home
from sagent.message import result_text
from sagent.session import create_session
from sagent.testing import RecordingTool, ScriptedModel, calls
from sagent.tools import Bash, Read

LONG = "word " * 2_000


async def test_the_files_at_hand_and_the_place_of_the_transcript_come_with_a_recap(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.txt").write_text("as it is now")
    read = RecordingTool("Read", "as it was")
    with create_session(Home(tmp_path / "home"), cwd=tmp_path) as session:
        model = ScriptedModel(calls(("Read", {"file_path": "a.txt"})), LONG, RECAP, "two")
        async with open_system() as system:
            ref = await system.spawn(
                Agent(model=model, tools=[read], session=session, cwd=tmp_path)
            )
            await ref.ask(Prompt(LONG))

            await ref.ask(Compact())
            await ref.ask(Prompt("b"))

        first = result_text(model.requests[-1].messages[0])
        assert "as it is now" in first
        assert str(session.directory / "session.jsonl") in first


async def test_what_took_the_place_of_a_file_does_not_come_with_a_recap(tmp_path: Path) -> None:
    place, outside = tmp_path / "place", tmp_path / "outside.txt"
    place.mkdir()
    outside.write_text("nobody's business")
    (place / "link.txt").symlink_to(outside)
    os.mkfifo(place / "pipe.txt")
    (place / "picture.png").write_bytes(b"\x89PNG\0")
    names = ("link.txt", "pipe.txt", "picture.png", "gone.txt", "/dev/zero", "~no-such-user/a")
    reads = calls(*[("Read", {"file_path": name}) for name in names])
    model = ScriptedModel(reads, LONG, RECAP, "two")
    async with open_system() as system:
        read = RecordingTool("Read", "as it was")
        ref = await system.spawn(Agent(model=model, tools=[read], cwd=place))
        await ref.ask(Prompt(LONG))

        with trio.fail_after(5):
            await ref.ask(Compact())
        await ref.ask(Prompt("b"))

    first = result_text(model.requests[-1].messages[0])
    assert "nobody's business" not in first
    assert "PNG" not in first


async def test_a_file_comes_with_a_recap_wherever_the_shell_has_gone(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "a.txt").write_text("above")
    model = ScriptedModel(
        calls(("Read", {"file_path": "a.txt"})),
        calls(("Bash", {"command": "cd below"})),
        LONG,
        RECAP,
        "two",
    )
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[Read(), Bash()], cwd=tmp_path))
        await ref.ask(Prompt(LONG))

        await ref.ask(Compact())
        await ref.ask(Prompt("b"))

    assert "above" in result_text(model.requests[-1].messages[0])


async def test_the_skills_in_use_come_with_a_recap() -> None:
    skill = RecordingTool("Skill", "always rhyme")
    model = ScriptedModel(calls(("Skill", {"skill": "poetry"})), LONG, RECAP, "two")
    async with open_system() as system:
        ref = await system.spawn(Agent(model=model, tools=[skill]))
        await ref.ask(Prompt(LONG))

        await ref.ask(Compact())
        await ref.ask(Prompt("b"))

    assert "The skill poetry, which is in use" in result_text(model.requests[-1].messages[0])
    assert "always rhyme" in result_text(model.requests[-1].messages[0])
