"""A session survives what machines do to it."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sessions import SESSION_FILE, one_of_each, said

from sagent.errors import SessionBusyError, SessionError
from sagent.home import Home
from sagent.session import (
    MessageRecord,
    StateRecord,
    create_session,
    open_session,
    read_session,
)

WRITER = """
import sys
from pathlib import Path
from sagent.message import TextMessage
from sagent.session import MessageRecord, open_session

with open_session(Path(sys.argv[1])) as session:
    for _ in range(200):
        message = TextMessage("x" * 500, "text/x-user-message", parent_id=session.transcript.head)
        session.append(MessageRecord(message))
        print(message.id, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def session(home: Home) -> Path:
    """A session of each kind of record."""
    with create_session(home, cwd=Path.cwd(), secrets=()) as session:
        session.append(*one_of_each("hello"))
    return session.directory


@pytest.mark.parametrize("tail", [b"", b"\0" * 64], ids=["plain", "zeros"])
def test_a_file_cut_at_any_byte_gives_every_whole_record_and_goes_on(
    session: Path, tail: bytes
) -> None:
    lines = (session / SESSION_FILE).read_bytes().splitlines(keepends=True)
    whole = b"".join(lines[:2] + lines[-3:])
    for cut in range(len(whole)):
        (session / SESSION_FILE).write_bytes(whole[:cut] + tail)
        # A record is whole when only its line's end is cut off.
        lines = whole.split(b"\n")[:-1]
        ends = [
            sum(len(line) + 1 for line in lines[: count + 1]) - 1 for count in range(len(lines))
        ]
        expected = sum(end <= cut for end in ends)
        with open_session(session, secrets=()) as again:
            before = len(again.transcript.messages)
            again.append(MessageRecord(after := said("after")))
        transcript = read_session(session)

        assert before == min(1, max(0, expected - 1))
        assert transcript.conversation[-1] == after
        assert transcript.damaged_lines == ()


def test_a_lost_line_is_one_lost_message(home: Home) -> None:
    first = said("a")
    second = said("b", first)
    third = said("c", second)
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(first), MessageRecord(second), MessageRecord(third))
    file = session.directory / SESSION_FILE
    lines = file.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"b"', b'"!')
    file.write_bytes(b"".join(lines))

    transcript = read_session(session.directory)

    assert transcript.conversation == (first, third)
    assert transcript.damaged_lines == (3,)


def test_a_line_that_was_edited_by_hand_counts(home: Home) -> None:
    with create_session(home, cwd=Path.cwd()) as session:
        session.append(MessageRecord(said("before")))
    file = session.directory / SESSION_FILE
    file.write_bytes(file.read_bytes().replace(b"before", b"after"))

    (message,) = read_session(session.directory).conversation

    assert message.content == "after"


def test_a_session_that_lost_its_header_is_read_by_its_directorys_name(session: Path) -> None:
    file = session / SESSION_FILE
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[1:]))

    transcript = read_session(session)

    assert transcript.header.id == session.name
    assert len(transcript.messages) == 2


class Disk:
    """A disk that writes a little, and then fails, as often as it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.write = os.write
        self.error: int | None = None
        self.octets = 7
        self.calls = 0
        monkeypatch.setattr(os, "write", self)

    def __call__(self, descriptor: int, octets: bytes) -> int:
        self.calls += 1
        if self.error is not None and self.calls % 2 == 0:
            raise OSError(self.error, os.strerror(self.error))
        return self.write(descriptor, octets[: self.octets])


def fails(descriptor: int, size: int = 0) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_session_that_was_deleted_takes_nothing_more(session: Path) -> None:
    with open_session(session) as again:
        (session / SESSION_FILE).unlink()

        with pytest.raises(SessionError, match="was deleted: nothing more is kept"):
            again.append(StateRecord(name="lost"))


def test_short_writes_are_gone_on_with(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_session(session) as again:
        Disk(monkeypatch)
        again.append(StateRecord(name="written in pieces"))

    transcript = read_session(session)

    assert transcript.state.name == "written in pieces"
    assert transcript.damaged_lines == ()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_record_that_the_disk_refuses_leaves_the_session_whole(
    session: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    before = (session / SESSION_FILE).read_bytes()
    with open_session(session) as again:
        disk = Disk(monkeypatch)
        disk.error = error

        with pytest.raises(SessionError, match="could not be written"):
            again.append(StateRecord(name="lost"))

        assert (session / SESSION_FILE).read_bytes() == before
        assert again.transcript.state.name == "hello"
        disk.error = None
        again.append(StateRecord(name="kept"))
    assert read_session(session).state.name == "kept"


def test_what_a_failed_write_left_behind_is_cut_by_the_next(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(session) as again:
        with monkeypatch.context() as broken:
            disk = Disk(broken)
            disk.error = errno.EIO
            broken.setattr(os, "ftruncate", fails)
            with pytest.raises(SessionError):
                again.append(StateRecord(name="lost"))
        again.append(StateRecord(name="kept"))

    transcript = read_session(session)

    assert transcript.state.name == "kept"
    assert transcript.damaged_lines == ()


def test_a_record_that_the_disk_did_not_get_can_be_written_again(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (session / SESSION_FILE).read_bytes()
    with open_session(session, durability="record") as again:
        record = MessageRecord(said("once"))
        with monkeypatch.context() as broken:
            broken.setattr(os, "fdatasync", fails)
            with pytest.raises(SessionError, match="could not be written"):
                again.append(record)
        assert (session / SESSION_FILE).read_bytes() == before

        again.append(record)

    assert read_session(session).conversation[-1] == record.message


def test_a_full_file_system_is_told_and_survived(session: Path) -> None:
    program = """
import resource, signal, sys
from pathlib import Path
from sagent.errors import SessionError
from sagent.session import StateRecord, open_session

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_session(Path(sys.argv[1])) as session:
    limit = (Path(sys.argv[1]) / "session.jsonl").stat().st_size + 100
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        session.append(StateRecord(name="x" * 1000))
    except SessionError as error:
        print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    session.append(StateRecord(name="kept"))
"""

    done = subprocess.run(
        [sys.executable, "-c", program, session], capture_output=True, text=True, check=True
    )

    assert "could not be written (File too large)" in done.stdout
    transcript = read_session(session)
    assert transcript.state.name == "kept"
    assert transcript.damaged_lines == ()


def acknowledged(writer: "subprocess.Popen[str]", count: int) -> list[str]:
    assert writer.stdout is not None
    ids = [writer.stdout.readline().strip() for _ in range(count)]
    writer.kill()
    return ids + [id_ for id_ in writer.stdout.read().split("\n")[:-1] if id_]


@pytest.fixture
def writers() -> Iterator[list["subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for writer in started:
        writer.kill()
        writer.communicate()


def start_writer(session: Path, writers: list["subprocess.Popen[str]"]) -> "subprocess.Popen[str]":
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, session],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    writers.append(writer)
    return writer


@pytest.mark.parametrize(
    "kills", [pytest.param(5), pytest.param(40, marks=pytest.mark.slow, id="many")]
)
def test_nothing_that_was_acknowledged_is_lost_by_kill_9(
    session: Path, writers: list["subprocess.Popen[str]"], kills: int
) -> None:
    told: list[str] = []

    for kill in range(kills):
        told += acknowledged(start_writer(session, writers), 1 + kill * 37 % 150)
        writers[-1].wait()

    transcript = read_session(session)
    assert set(told) <= set(transcript.messages)
    # The last write that a kill came into; those before it were cut when the next writer opened.
    assert len(transcript.damaged_lines) <= 1
    assert set(told) <= set(transcript.path_ids(transcript.head or ""))


def test_a_second_process_is_refused_until_the_first_is_dead(
    session: Path, writers: list["subprocess.Popen[str]"]
) -> None:
    writer = start_writer(session, writers)
    assert writer.stdout is not None
    writer.stdout.readline()

    with pytest.raises(SessionBusyError) as caught, open_session(session):
        pass
    assert caught.value.pid == writer.pid
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    with open_session(session) as again:
        again.append(StateRecord(name="mine now"))


def test_a_stale_pid_is_not_told(session: Path) -> None:
    with open_session(session):
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        (session / "writer.pid").write_text(f"{dead.pid}\n")

        with (
            pytest.raises(SessionBusyError, match="another process") as caught,
            open_session(session),
        ):
            pass

    assert caught.value.pid is None


def test_a_session_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with create_session(Home(tmp_path / "home"), cwd=tmp_path) as session:
            session.append(StateRecord(name="a"))
            modes = {
                path.relative_to(tmp_path): path.stat().st_mode & 0o777
                for path in (tmp_path / "home").rglob("*")
            }
    finally:
        os.umask(before)

    assert {mode for path, mode in modes.items() if (tmp_path / path).is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if (tmp_path / path).is_file()} == {0o600}
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_readers_view_does_not_need_the_lock(session: Path) -> None:
    with open_session(session) as writer:
        writer.append(StateRecord(name="at work"))

        assert read_session(session).state.name == "at work"
