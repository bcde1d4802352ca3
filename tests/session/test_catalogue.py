import json
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from sessions import SESSION_FILE, called, resulted, said, sealed

from sagent.errors import SessionBusyError, SessionError, UnknownNameError
from sagent.home import Home
from sagent.model import Usage
from sagent.session import (
    MessageRecord,
    Record,
    SpendRecord,
    StateRecord,
    create_session,
    find_session,
    list_sessions,
    open_session,
    read_session,
    remove_session,
    rename_session,
    search_sessions,
)

HERE = Path("/here")
THERE = Path("/there")


def keep(home: Home, *records: Record, cwd: Path = HERE) -> Path:
    with create_session(home, cwd=cwd) as session:
        session.append(*records)
    return session.directory


def test_a_list_tells_what_each_session_is(home: Home) -> None:
    first = said("what is\n  this?")
    spend = SpendRecord(usage=Usage(), cost_usd=Decimal("0.25"), model_id="m", provider="P")
    state = StateRecord(name="a title", agent="Agent", model_id="m")
    directory = keep(home, MessageRecord(first), MessageRecord(said("more", first)), spend, state)

    (session,) = list_sessions(home, HERE)

    assert (session.id, session.directory, session.cwd) == (directory.name, directory, HERE)
    assert (session.name, session.first_prompt) == ("a title", "what is this?")
    assert (session.messages, session.cost_usd) == (2, Decimal("0.25"))
    assert (session.agent, session.model_id) == ("Agent", "m")
    assert 0 < session.created_ns <= session.updated_ns


def test_the_session_that_was_written_last_comes_first(home: Home) -> None:
    older = keep(home, MessageRecord(said("a")))
    newer = keep(home, MessageRecord(said("b")))
    assert [session.directory for session in list_sessions(home)] == [newer, older]
    with open_session(older) as session:
        session.append(StateRecord(status="again"))

    assert [session.directory for session in list_sessions(home)] == [older, newer]


def test_a_list_is_of_one_project_or_of_all(home: Home) -> None:
    here = keep(home, MessageRecord(said("a")))
    there = keep(home, MessageRecord(said("b")), cwd=THERE)

    assert [session.directory for session in list_sessions(home, HERE)] == [here]
    assert {session.directory for session in list_sessions(home)} == {here, there}


def test_there_are_no_sessions_in_a_new_home(home: Home) -> None:
    assert list_sessions(home) == ()
    assert search_sessions(home, "a") == ()
    assert not home.root.exists()


def test_a_session_that_is_gone_is_not_listed(home: Home) -> None:
    gone = keep(home, MessageRecord(said("gone")))
    left = keep(home, MessageRecord(said("left")))
    assert len(search_sessions(home, "gone")) == 1

    remove_session(gone)

    assert [session.directory for session in list_sessions(home)] == [left]
    assert search_sessions(home, "gone") == ()


def test_a_session_is_found_by_the_beginning_of_its_id(home: Home) -> None:
    directory = keep(home, MessageRecord(said("a")))

    assert find_session(home, HERE, directory.name[:6]) == directory
    assert find_session(home, None, directory.name) == directory
    with pytest.raises(UnknownNameError, match="no session 'zzz' in /here"):
        find_session(home, HERE, "zzz")
    with pytest.raises(UnknownNameError):
        find_session(home, THERE, directory.name)


def test_a_beginning_that_several_ids_have_names_them(home: Home) -> None:
    first = keep(home, MessageRecord(said("a")))
    second = first.with_name(f"{first.name}x")
    first.rename(first.with_name(f"{first.name}y"))
    keep(home).parent.mkdir(exist_ok=True)
    second.mkdir()
    (second / SESSION_FILE).touch()

    with pytest.raises(UnknownNameError, match=f"{first.name}x, {first.name}y"):
        find_session(home, HERE, first.name)


def test_a_session_gets_another_title(home: Home) -> None:
    directory = keep(home, MessageRecord(said("a")))

    rename_session(directory, "better")

    assert list_sessions(home)[0].name == "better"


def test_what_another_writes_is_neither_renamed_nor_removed(home: Home) -> None:
    with create_session(home, cwd=HERE) as session:
        session.append(MessageRecord(said("a")))

        with pytest.raises(SessionBusyError):
            rename_session(session.directory, "b")
        with pytest.raises(SessionBusyError):
            remove_session(session.directory)

    assert read_session(session.directory).state.name is None


def test_a_removed_session_is_gone_with_what_was_beside_it(home: Home) -> None:
    directory = keep(home, MessageRecord(said("a")))
    (directory / "tool-results").mkdir()
    (directory / "tool-results" / "1.txt").write_text("long")

    remove_session(directory)

    assert not directory.exists()
    with pytest.raises(SessionError, match="no session"):
        remove_session(directory)


def test_a_search_finds_prompts_answers_and_results(home: Home) -> None:
    asked = said("where is the teapot?")
    model = called("1", parent=asked)
    result = resulted("1", model, "in the kitchen, on the shelf")
    directory = keep(home, *map(MessageRecord, (asked, model, result)))
    keep(home, MessageRecord(said("nothing of it")), cwd=THERE)

    (prompt,) = search_sessions(home, "teapot")
    (answer,) = search_sessions(home, "look")
    (kitchen,) = search_sessions(home, "kitchen shel", HERE)

    assert (prompt.message_id, prompt.session.directory) == (asked.id, directory)
    assert (answer.message_id, kitchen.message_id) == (model.id, result.id)
    assert kitchen.snippet == "in the kitchen, on the shelf"
    assert search_sessions(home, "teapot", THERE) == ()


def test_a_search_sees_what_was_said_since_the_last_one(home: Home) -> None:
    directory = keep(home, MessageRecord(first := said("one")))
    assert search_sessions(home, "two") == ()
    with open_session(directory) as session:
        session.append(MessageRecord(second := said("two", first)))

    assert [hit.message_id for hit in search_sessions(home, "two")] == [second.id]
    assert [hit.message_id for hit in search_sessions(home, "one")] == [first.id]


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(", "col:x", "*", "-", "(", "\0", "\udce9", "  "]
)
def test_no_query_is_an_error(home: Home, query: str) -> None:
    keep(home, MessageRecord(said("plain words")))

    assert search_sessions(home, query) == ()


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, None])
def test_a_broken_index_is_made_again(home: Home, content: bytes | None) -> None:
    directory = keep(home, MessageRecord(said("teapot")))
    assert len(search_sessions(home, "teapot")) == 1
    index = home.root / "index.db"
    if content is None:
        index.unlink()
    else:
        index.write_bytes(content)

    assert [session.directory for session in list_sessions(home)] == [directory]
    assert len(search_sessions(home, "teapot")) == 1
    assert index.stat().st_mode & 0o777 == 0o600


def test_an_index_of_another_version_is_made_again(home: Home) -> None:
    keep(home, MessageRecord(said("teapot")))
    with sqlite3.connect(home.root / "index.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()

    assert len(search_sessions(home, "teapot")) == 1


def test_an_index_that_cannot_be_written_is_done_without(home: Home) -> None:
    keep(home, MessageRecord(said("teapot")))
    (home.root / "index.db").mkdir()

    assert len(list_sessions(home)) == 1
    assert len(search_sessions(home, "teapot")) == 1


def test_an_index_that_another_process_holds_is_done_without(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sagent.session._index_file._BUSY_S", 0.01)
    keep(home, MessageRecord(said("teapot")))
    list_sessions(home)
    keep(home, MessageRecord(said("saucer")))
    other = sqlite3.connect(home.root / "index.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    assert len(list_sessions(home)) == 2
    assert len(search_sessions(home, "saucer")) == 1
    other.close()


def test_several_processes_list_and_search_at_once(home: Home) -> None:
    for number in range(20):
        keep(home, MessageRecord(said(f"teapot {number}")))
    program = (
        "import sys; from pathlib import Path; from sagent.home import Home;"
        "from sagent.session import list_sessions, search_sessions;"
        "home = Home(Path(sys.argv[1]));"
        "print(len(list_sessions(home)), len(search_sessions(home, 'teapot')))"
    )

    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, home.root],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    assert [process.communicate()[0] for process in running] == ["20 20\n"] * 3
    with sqlite3.connect(home.root / "index.db") as database:
        (count,) = database.execute("SELECT count(*) FROM words").fetchone()
    database.close()
    assert count == 20


def test_a_session_nobody_may_read_does_not_hide_the_others(home: Home) -> None:
    keep(home, MessageRecord(said("a")))
    broken = keep(home, MessageRecord(said("b")))
    (broken / SESSION_FILE).unlink()
    (broken / SESSION_FILE).mkdir()

    assert [session.first_prompt for session in list_sessions(home)] == ["a"]


@pytest.mark.parametrize("ts", [10**25, -1, 2**63])
def test_a_session_of_an_impossible_time_does_not_hide_the_others(home: Home, ts: int) -> None:
    keep(home, MessageRecord(said("a")))
    edited = keep(home, MessageRecord(said("b"))) / SESSION_FILE
    header, rest = edited.read_text().split("\n", 1)
    told = json.loads(header) | {"ts": ts}
    del told["crc"]
    edited.write_text(f"{json.dumps(told)}\n{rest}")

    assert {session.first_prompt for session in list_sessions(home)} == {"a", "b"}


def test_a_search_passes_over_a_session_that_cannot_be_summed_up(home: Home) -> None:
    keep(home, MessageRecord(said("a teapot")))
    newer = keep(home, MessageRecord(said("another teapot"))) / SESSION_FILE
    line = sealed(b'"kind":"task","id":"a","parent":null,"epoch":1,"ts":1,"state":"newer"')
    newer.write_bytes(newer.read_bytes() + line + b"\n")

    hits = search_sessions(home, "teapot")

    assert [hit.session.first_prompt for hit in hits] == ["a teapot"]


def test_text_that_is_no_unicode_is_listed_and_found(home: Home) -> None:
    keep(home, MessageRecord(said("caf\udce9 teapot")), StateRecord(name="\udce9"))

    assert list_sessions(home)[0].first_prompt == "caf? teapot"
    assert len(search_sessions(home, "teapot")) == 1
