import os
from decimal import Decimal
from pathlib import Path

import pytest
from sessions import said

from sagent.errors import SessionBusyError, SessionError, UsageError
from sagent.home import Home
from sagent.model import Usage
from sagent.session import (
    CheckpointRecord,
    CompactionRecord,
    Durability,
    HeadRecord,
    MessageRecord,
    SpendRecord,
    StateRecord,
    TaskRecord,
    create_session,
    open_session,
    read_session,
)
from sagent.tool import FileStamp


def test_a_conversation_is_there_when_the_session_is_opened_again(home: Home) -> None:
    first = said("hello")
    second = said("and then", first)
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), MessageRecord(second))

    with open_session(session.directory) as again:
        assert again.transcript.conversation == (first, second)


def test_the_transcript_is_kept_up_to_date(home: Home) -> None:
    first = said("hello")

    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first))

        assert session.transcript.conversation == (first,)
        assert session.transcript.head == first.id


def test_a_rewind_moves_the_head_and_loses_nothing(home: Home) -> None:
    first = said("hello")
    second = said("this way", first)
    third = said("that way", first)
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), MessageRecord(second))
        session.append(HeadRecord(first.id, "rewind"), MessageRecord(third))

    transcript = read_session(session.directory)

    assert transcript.conversation == (first, third)
    assert transcript.path_to(second.id) == (first, second)
    assert transcript.branches == (second.id, third.id)
    assert transcript.children(first.id) == (second.id, third.id)


def test_a_clear_leaves_no_conversation(home: Home) -> None:
    first = said("hello")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), HeadRecord(None, "clear"))

    transcript = read_session(session.directory)

    assert transcript.conversation == ()
    assert transcript.messages[first.id] == first


def test_a_compaction_begins_a_new_root_that_knows_what_it_replaced(home: Home) -> None:
    first = said("a long story")
    recap = said("in short")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first))
        session.append(CompactionRecord(replaced=first.id), MessageRecord(recap))

    transcript = read_session(session.directory)

    assert transcript.conversation == (recap,)
    assert transcript.compacted[recap.id].replaced == first.id


def test_a_compaction_that_ended_half_way_has_changed_nothing(home: Home) -> None:
    first = said("a long story")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), CompactionRecord(replaced=first.id))

    assert read_session(session.directory).conversation == (first,)


def test_spending_is_summed_over_all_branches(home: Home) -> None:
    priced = SpendRecord(
        usage=Usage(input_tokens=10, output_tokens=2),
        cost_usd=Decimal("0.10"),
        model_id="m",
        provider="P",
    )
    unpriced = SpendRecord(usage=Usage(input_tokens=5), cost_usd=None, model_id="n", provider="P")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(priced, priced, unpriced)

    spending = read_session(session.directory).spending

    assert spending.usage == Usage(input_tokens=25, output_tokens=4)
    assert (spending.cost_usd, spending.calls, spending.unpriced_calls) == (Decimal("0.20"), 3, 1)


def test_a_note_that_says_nothing_new_is_not_written(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said("hello")))
        session.note(StateRecord(agent="Agent", model_id="m"))
        before = (session.directory / "session.jsonl").read_bytes()

        session.note(StateRecord(agent="Agent"))
        same = (session.directory / "session.jsonl").read_bytes()
        session.note(StateRecord(agent="Agent", model_id="n"))

    assert same == before
    assert read_session(session.directory).state.model_id == "n"


def test_the_state_is_what_was_said_last_of_each(home: Home) -> None:
    with create_session(home, cwd=Path.cwd(), name="first") as session:
        session.append(
            StateRecord(
                model_id="m", files={Path("/a"): FileStamp(1, 2), Path("/b"): FileStamp(3, 4)}
            )
        )
        session.append(StateRecord(name="second", cwd=Path("/x"), files={Path("/a"): None}))

    state = read_session(session.directory).state

    assert (state.name, state.model_id, state.cwd) == ("second", "m", Path("/x"))
    assert state.files == {Path("/b"): FileStamp(3, 4)}


def test_checkpoints_and_tasks_that_have_not_ended_are_known(home: Home) -> None:
    first = said("hello")
    checkpoint = CheckpointRecord(snapshot="s1", before=first.id)
    open_task = TaskRecord(call_id="2", name="Bash", state="started")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(
            MessageRecord(first),
            checkpoint,
            TaskRecord(call_id="1", name="Bash", state="started"),
            open_task,
            TaskRecord(call_id="1", name="Bash", state="ended"),
        )

    transcript = read_session(session.directory)

    assert transcript.checkpoints == (checkpoint,)
    assert transcript.open_tasks == (open_task,)


def test_a_message_that_follows_no_message_of_the_session_is_refused(home: Home) -> None:
    with (
        create_session(home, cwd=Path.cwd()) as session,
        pytest.raises(UsageError, match="append that first"),
    ):
        session.append(MessageRecord(said("b", said("a"))))


def test_a_message_is_not_written_twice(home: Home) -> None:
    first = said("hello")
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first))

        with pytest.raises(UsageError, match="already"):
            session.append(MessageRecord(first))


def test_a_session_in_which_nothing_was_written_leaves_nothing(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        pass

    assert not session.directory.exists()


def test_there_is_no_session_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="no session"):
        read_session(tmp_path)


def test_each_opening_that_writes_has_an_epoch_of_its_own(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(StateRecord(name="a"))
    with open_session(session.directory):
        pass
    with open_session(session.directory) as second:
        second.append(StateRecord(name="b"))

    assert read_session(session.directory).epoch == 2


def test_a_second_writer_is_refused_and_told_who_the_first_is(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        with (
            pytest.raises(SessionBusyError, match="fork it") as caught,
            open_session(session.directory),
        ):
            pass

        assert caught.value.pid == os.getpid()


@pytest.mark.parametrize("durability", ["none", "turn", "record"])
async def test_a_barrier_waits_for_the_disk(home: Home, durability: Durability) -> None:
    with create_session(home, cwd=Path.cwd(), durability=durability) as session:
        session.append(StateRecord(name="a"))

        await session.barrier()
