"""Whose what is in Slack, and who an agent is."""

from pathlib import Path

from sagent.home import Home
from sagent.slack._book import Book
from sagent.slack._heard import Place
from sagent.slack._manifest import (
    Colleague,
    Manifest,
)
from sagent.slack._persona import load_persona
from sagent.slack._posts import MOST_POSTS

PLACE = Place(channel="C1", thread="1.0")


def test_a_thread_stays_whose_it_is_and_a_direct_conversation_changes_hands() -> None:
    book, direct = Book(), Place(channel="D1")

    owners = [book.talk(label, place).owns for place in (PLACE, direct) for label in ("a", "b")]

    assert owners == [True, False, True, True]
    assert book.roster("U").threads == {PLACE: "a", direct: "b"}


def test_who_has_left_owns_nothing() -> None:
    book = Book({"a": Colleague(label="a", persona="p", log_channel="C9")})
    book.talk("a", PLACE)
    book.note_post(PLACE, "1.5", "a")

    book.remove("a")

    roster = book.roster("U")
    assert (roster.labels, roster.threads, roster.channels, roster.posts) == ((), {}, {}, {})
    assert book.manifest == Manifest()


def test_old_messages_are_forgotten() -> None:
    book = Book()

    for number in range(MOST_POSTS + 5):
        book.note_post(PLACE, str(number), "a")

    assert len(book.roster("U").posts) == MOST_POSTS


def test_a_persona_is_a_file_an_agent_the_default_or_a_name(tmp_path: Path) -> None:
    personas, agents = tmp_path / "personas", tmp_path / ".sagent" / "agents"
    personas.mkdir()
    agents.mkdir(parents=True)
    (personas / "rex.md").write_text("You are Rex.\n")
    (agents / "rex.md").write_text("---\nname: rex\ndescription: d\n---\nOther.")
    (agents / "pia.md").write_text("---\nname: pia\ndescription: d\n---\nOther.")

    def persona(name: str) -> tuple[str, str]:
        found = load_persona(name, directory=personas, cwd=tmp_path, home=Home(tmp_path / "h"))
        return found.system, found.agent_file

    assert persona("rex") == ("You are Rex.", "")
    assert persona("pia") == ("", "pia")
    assert persona("ben") == ("You are ben.", "")
    (personas / "default.md").write_text("You are somebody.")
    assert persona("ben") == ("You are somebody.", "")
