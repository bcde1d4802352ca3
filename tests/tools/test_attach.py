"""Files that a user names in a prompt."""

from pathlib import Path

import pytest

from sagent.actors import open_system
from sagent.agent import Agent, Prompt
from sagent.message import Descriptor
from sagent.testing import ScriptedModel
from sagent.tool import Workspace
from sagent.tools._attach import MOST_CHARS, Attached, attach_named, place_for
from sagent.tools._mention import MOST_MENTIONS, Mention, mentions_in

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see @a.py", [(Mention("a.py"),)]),
        ("@a.py.", [(Mention("a.py."), Mention("a.py"))]),
        (
            "(@src/b.py#L3-9)",
            [(Mention("src/b.py#L3-9)"), Mention("src/b.py", 3, 9), Mention("src/b.py#L3-9"))],
        ),
        ("@a.py#L7", [(Mention("a.py", 7), Mention("a.py#L7"))]),
        ('@"two words.md"#L2-L4', [(Mention("two words.md", 2, 4),)]),
        ("@a @a", [(Mention("a"),)]),
        ("me@here.org, @@ -1 +1 @@, x@y", []),
    ],
)
def test_a_word_after_an_at_sign_may_name_a_file(
    text: str, found: list[tuple[Mention, ...]]
) -> None:
    assert list(mentions_in(text)) == found


def test_of_many_names_the_first_count() -> None:
    text = " ".join(f"@f{n}" for n in range(MOST_MENTIONS + 5))

    assert len(mentions_in(text)) == MOST_MENTIONS


async def attached(text: str, place: Path) -> Attached:
    return await attach_named(text, Workspace(place), None)


async def test_a_file_comes_as_read_shows_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\n")

    found = await attached("explain @a.py", tmp_path)

    (part,) = found.parts
    assert part.content == "[attached by the user: a.py]\n1\tone\n2\ttwo"
    assert part.descriptor == Descriptor.ATTACHED
    assert found.rows == ("attached a.py (2 lines)",)
    assert [file.path for file in found.seen] == [tmp_path / "a.py"]


async def test_some_lines_come_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("".join(f"line {n}\n" for n in range(1, 10)))

    (part,) = (await attached("@a.py#L3-4", tmp_path)).parts

    assert "3\tline 3\n4\tline 4\n" in str(part.content)
    assert "5\tline 5" not in str(part.content)


async def test_a_directory_comes_as_a_listing(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").touch()

    found = await attached("what is in @src?", tmp_path)

    assert found.rows == ("attached src/ (1 entry)",)
    assert "a.py" in str(found.parts[0].content)


async def test_an_image_comes_as_one(tmp_path: Path) -> None:
    (tmp_path / "shot.png").write_bytes(PNG)

    found = await attached("@shot.png", tmp_path)

    assert (found.parts[1].content, found.parts[1].descriptor) == (PNG, "image/png")
    assert found.rows == ("attached shot.png (45 bytes)",)


async def test_what_is_no_file_stays_as_text(tmp_path: Path) -> None:
    assert await attached("@property and @nowhere/x.py", tmp_path) == Attached()


async def test_a_link_out_of_the_workspace_is_refused_as_read_refuses_it(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "inside/link").symlink_to("../secret")

    found = await attached("@link", tmp_path / "inside")

    assert found.parts == ()
    assert "leads out of the workspace" in found.faults[0]


async def test_too_much_text_is_left_out_and_told(tmp_path: Path) -> None:
    for n in range(5):
        (tmp_path / f"f{n}").write_text(("x" * 99 + "\n") * 900)

    found = await attached(" ".join(f"@f{n}" for n in range(5)), tmp_path)

    assert sum(len(part.content) for part in found.parts) <= MOST_CHARS
    assert found.faults[0].startswith("f3 is not attached: that is too much text")


async def test_the_agent_knows_the_file_as_if_it_had_read_it(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\n")
    model = ScriptedModel("Fine.", "I see.")
    agent = Agent(model=model, cwd=tmp_path)
    async with open_system() as system:
        ref = await system.spawn(agent)
        await ref.ask(
            (await attach_named("see @a.py", place_for(agent), model)).prompt("see @a.py")
        )
        (tmp_path / "a.py").write_text("other\n")
        await ref.ask(Prompt("and now?"))

    assert "a.py has changed since you saw it" in str(model.requests[1].messages)
