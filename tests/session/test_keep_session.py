"""A session in a directory that the program names."""

from pathlib import Path

import pytest
from sessions import said

from sagent.errors import SessionBusyError, SessionError
from sagent.session import MessageRecord, keep_session, read_session


def test_a_session_is_begun_the_first_time_and_gone_on_with_the_next(tmp_path: Path) -> None:
    place, first = tmp_path / "users" / "ann", said("hello")
    second = said("and then", first)

    for message in (first, second):
        with keep_session(place) as session:
            session.append(MessageRecord(message))

    transcript = read_session(place)
    assert transcript.conversation == (first, second)
    assert (transcript.header.id, transcript.header.cwd) == ("ann", Path.cwd())


def test_a_first_session_in_which_nothing_was_written_leaves_nothing_behind(tmp_path: Path) -> None:
    place = tmp_path / "users" / "ann"

    with keep_session(place):
        pass

    assert not place.exists()


def test_a_session_that_is_kept_by_another_block_is_refused(tmp_path: Path) -> None:
    with (
        keep_session(tmp_path / "ann"),
        pytest.raises(SessionBusyError, match="in this process"),
        keep_session(tmp_path / "ann"),
    ):
        pass


def test_an_error_of_the_block_is_the_callers(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError), keep_session(tmp_path / "ann"):
        raise FileExistsError


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(SessionError, match="no session can be made"),
        keep_session(tmp_path / "file" / "ann"),
    ):
        pass
