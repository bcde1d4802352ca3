"""Who gets what is heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagent.slack._command import COMMANDS, Create, Help, ListAgents, StopAgent, read_command
from sagent.slack._guest_list import GuestList
from sagent.slack._heard import Place, Reacted, Said
from sagent.slack._routing import Guide, Halt, Ignore, Obey, Roster, Show, Tell, route

HERE = Place(channel="C1", thread="1.0")
DIRECT = Place(channel="D1")
TWO = Roster(
    bot="UBOT",
    labels=("ada", "ben"),
    channels={"CBEN": "ben"},
    threads={HERE: "ada", DIRECT: "ben"},
    posts={("C1", "1.5"): ("ada", HERE)},
)
ONE = Roster(bot="UBOT", labels=("ada",))


def said(text: str, *, channel: str = "C1", thread: str = "", user: str = "U1") -> Said:
    is_direct = channel.startswith("D")
    return Said(channel=channel, user=user, ts="9.0", thread=thread, text=text, is_direct=is_direct)


def reacted(ts: str, emoji: str = "eyes") -> Reacted:
    return Reacted(channel="C1", user="U1", ts=ts, emoji=emoji)


def test_a_reaction_goes_to_the_owner_of_the_message() -> None:
    told = route(reacted("1.5"), TWO)

    assert told == Tell(label="ada", place=HERE, text="(reacted with :eyes: to your message)")


def test_a_reaction_to_somebody_elses_message_is_nobodys() -> None:
    assert route(reacted("7.7"), TWO) == Ignore()


@pytest.mark.parametrize("emoji", ["octagonal_sign", "no_entry", "octagonal_sign::skin-tone-2"])
def test_a_stop_sign_interrupts(emoji: str) -> None:
    assert route(reacted("1.5", emoji), TWO) == Halt(label="ada", place=HERE)


@pytest.mark.parametrize("text", ["ada: hello", "list", "hello", "create x"])
def test_in_an_agents_own_channel_all_is_for_it(text: str) -> None:
    told = route(said(text, channel="CBEN"), TWO)

    assert told == Tell(label="ben", place=Place(channel="CBEN", thread="9.0"), text=text)


@pytest.mark.parametrize(
    "text", ["ben: hi", "ben, hi", "Ben hi", "@ben: hi", "<@UBOT> ben: hi", " ben  hi", "BEN:hi"]
)
def test_a_leading_name_outranks_the_owner_of_the_thread(text: str) -> None:
    assert route(said(text, thread="1.0"), TWO) == Tell(label="ben", place=HERE, text="hi")


@pytest.mark.parametrize("text", ["bend it", "benjamin: hi", "ben-2: hi"])
def test_a_longer_word_is_no_name(text: str) -> None:
    assert route(said(text, thread="1.0"), TWO) == Tell(label="ada", place=HERE, text=text)


@pytest.mark.parametrize("text", ["hi", "list", "stop it", "<@UBOT> create tests", "create tests"])
def test_in_a_thread_of_an_agent_all_is_for_it_commands_too(text: str) -> None:
    told = route(said(text, thread="1.0"), TWO)

    assert isinstance(told, Tell)
    assert told.label == "ada"


@pytest.mark.parametrize(("channel", "thread"), [("C1", "1.0"), ("CBEN", ""), ("C1", "")])
def test_what_ends_an_agent_is_for_the_bot_wherever_it_is_said(channel: str, thread: str) -> None:
    told = route(said("stop ada", channel=channel, thread=thread), TWO)

    assert told == Obey(command=StopAgent("ada"))


def test_a_command_after_a_mention_of_the_bot_is_for_the_bot() -> None:
    create = Create(persona="x", label="x")

    assert route(said("<@UBOT> list", thread="1.0"), TWO) == Obey(command=ListAgents())
    assert route(said("<@UBOT> create x", channel="CBEN"), TWO) == Obey(command=create)


@pytest.mark.parametrize("text", ["stop", "Stop", "<@UBOT> stop", "ada: stop"])
def test_stop_alone_interrupts_the_agent_of_the_thread(text: str) -> None:
    assert route(said(text, thread="1.0"), TWO) == Halt(label="ada", place=HERE)


def test_in_a_direct_conversation_stop_and_tree_are_about_whom_it_is_with() -> None:
    assert route(said("stop", channel="D1"), TWO) == Halt(label="ben", place=DIRECT)
    assert route(said("tree", channel="D1"), TWO) == Show(label="ben", place=DIRECT)


@pytest.mark.parametrize("roster", [ONE, TWO])
def test_a_command_is_for_the_bot_before_the_only_agent(roster: Roster) -> None:
    assert route(said("<@UBOT> list"), roster) == Obey(command=ListAgents())


def test_the_only_agent_gets_the_rest() -> None:
    told = route(said("good morning"), ONE)

    assert told == Tell(label="ada", place=Place(channel="C1", thread="9.0"), text="good morning")


def test_a_direct_conversation_goes_on_with_whom_it_was_with() -> None:
    assert route(said("and?", channel="D1"), TWO) == Tell(label="ben", place=DIRECT, text="and?")
    assert route(said("list", channel="D1"), TWO) == Obey(command=ListAgents())


@pytest.mark.parametrize("text", ["good morning", "", "<@UBOT>", "<@UBOT> hello?"])
def test_whoever_is_not_understood_is_guided(text: str) -> None:
    assert route(said(text), TWO) == Guide()


def test_what_people_say_to_each_other_in_a_thread_of_theirs_is_nobodys() -> None:
    assert route(said("good morning", thread="3.0"), TWO) == Ignore()
    assert route(said("<@UBOT> good morning", thread="3.0"), TWO) == Guide()


def test_what_the_bot_says_itself_is_nobodys() -> None:
    assert route(said("ada: hi", user="UBOT"), TWO) == Ignore()


@given(st.text(), st.sampled_from([ONE, TWO]), st.sampled_from(["", "1.0", "3.0"]))
def test_everything_goes_somewhere_and_no_word_is_lost(
    text: str, roster: Roster, thread: str
) -> None:
    told = route(said(text, thread=thread), roster)

    assert isinstance(told, Tell | Halt | Show | Obey | Guide | Ignore)
    assert not isinstance(told, Ignore) or thread == "3.0" or not text.strip()
    if isinstance(told, Tell):
        assert told.text in text
        assert told.label in roster.labels


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("create rex", Create(persona="rex", label="rex")),
        ("Create Reviewer as Rex", Create(persona="reviewer", label="rex")),
        ("create a as b in <#C9|b-log>", Create(persona="a", label="b", log_channel="C9")),
        ("create a in <#C9>", Create(persona="a", label="a", log_channel="C9")),
        ("list", ListAgents()),
        ("stop rex", StopAgent("rex")),
        ("stop @rex", StopAgent("rex")),
        ("help", Help()),
        ("help me", Help()),
        ("stop", Help("that is no `stop` that I know")),
        ("create ../../etc/passwd", Help("that is no `create` that I know")),
        ("create list", Help("`list` is a command, and no name of an agent")),
        ("creation", None),
        ("", None),
    ],
)
def test_commands_are_read(text: str, command: object) -> None:
    assert read_command(text) == command


@given(st.sampled_from(COMMANDS), st.text())
def test_a_command_is_read_or_explained_whatever_follows(first: str, rest: str) -> None:
    assert read_command(f"{first} {rest}") is not None


@pytest.mark.parametrize(
    ("user", "channel", "admitted"),
    [
        ("U1", "C1", True),
        ("U2", "C1", False),
        ("U1", "C2", False),
        ("U1", "D1", True),
        ("U2", "D1", False),
    ],
)
def test_both_the_person_and_the_place_are_on_the_list(
    user: str, channel: str, admitted: object
) -> None:
    guests = GuestList(["U1"], ["C1", "dm"])

    assert guests.admits(said("hi", channel=channel, user=user)) is admitted


def test_direct_messages_are_listed_apart() -> None:
    assert not GuestList(["U1"], ["C1"]).admits(said("hi", channel="D1"))
