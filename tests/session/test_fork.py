from decimal import Decimal
from pathlib import Path

import pytest
from full_disk import files_of_at_most
from sessions import said

from sagent.errors import SessionError, UnknownNameError
from sagent.home import Home
from sagent.model import Usage
from sagent.session import (
    CheckpointRecord,
    CompactionRecord,
    HeadRecord,
    MessageRecord,
    SpendRecord,
    StateRecord,
    create_session,
    fork_session,
    open_session,
    read_session,
)


def test_a_fork_goes_on_from_the_head_under_its_own_name(home: Home) -> None:
    first = said("a")
    second = said("b", first)
    with create_session(home, cwd=Path("/project"), name="mine") as session:
        session.append(MessageRecord(first), MessageRecord(second))

        fork = fork_session(session.directory, home)

    with open_session(fork) as forked:
        forked.append(MessageRecord(third := said("c", second)))
    transcript = read_session(fork)
    assert transcript.conversation == (first, second, third)
    assert transcript.state.name == "mine"
    assert transcript.header.id == fork.name != session.id
    assert transcript.header.cwd == Path("/project")
    assert transcript.header.parent_session == session.id
    assert transcript.header.parent_message == second.id
    assert read_session(session.directory).conversation == (first, second)


def test_a_fork_at_a_message_holds_the_path_to_it_and_no_more(home: Home) -> None:
    first = said("a")
    second = said("b", first)
    other = said("c", first)
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), StateRecord(name="then"), MessageRecord(second))
        session.append(CheckpointRecord(snapshot="s", before=second.id), StateRecord(name="now"))
        session.append(CheckpointRecord(snapshot="r", before=first.id))
        session.append(HeadRecord(first.id), MessageRecord(other))

    transcript = read_session(fork_session(session.directory, home, at=first.id))

    assert transcript.conversation == (first,)
    assert set(transcript.messages) == {first.id}
    assert transcript.state.name == "then"
    assert [checkpoint.snapshot for checkpoint in transcript.checkpoints] == ["r"]


def test_a_fork_of_a_recap_keeps_what_it_replaced(home: Home) -> None:
    first = said("a")
    recap = said("in short")
    after = said("b", recap)
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), CompactionRecord(replaced=first.id))
        session.append(MessageRecord(recap), MessageRecord(after))

    transcript = read_session(fork_session(session.directory, home))

    assert transcript.conversation == (recap, after)
    assert transcript.compacted[recap.id].replaced == first.id
    assert transcript.path_to(first.id) == (first,)


def test_a_fork_has_cost_nothing_yet(home: Home) -> None:
    spend = SpendRecord(usage=Usage(), cost_usd=Decimal(1), model_id="m", provider="P")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said("a")), spend)

    assert read_session(fork_session(session.directory, home)).spending.calls == 0


def test_a_fork_begins_at_a_message_that_there_is(home: Home, tmp_path: Path) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said("a")))

    with pytest.raises(UnknownNameError, match="no message 'x'"):
        fork_session(session.directory, home, at="x")
    with pytest.raises(SessionError, match="no session"):
        fork_session(tmp_path, home)


def test_a_fork_for_which_there_is_no_room_leaves_nothing_behind(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said("a" * 1000)))
    sessions = session.directory.parent

    with (
        pytest.raises(SessionError, match="could not be forked: File too large"),
        files_of_at_most(500),
    ):
        fork_session(session.directory, home)

    assert list(sessions.iterdir()) == [session.directory]


def test_a_fork_does_without_what_a_recap_replaced_if_that_is_lost(home: Home) -> None:
    recap = said("in short")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(CompactionRecord(replaced="lost"), MessageRecord(recap))

    assert read_session(fork_session(session.directory, home)).conversation == (recap,)
