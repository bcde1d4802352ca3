"""The private folder for what is too large for a conversation."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from full_disk import files_of_at_most
from hypothesis import given
from hypothesis import strategies as st

from sagent.tool import ResultFolder

SECRET = "sk-secret-12345"
HOLDS_A_FOLDER = """
import sys
from sagent.tool import ResultFolder
folder = ResultFolder.temporary()
print(folder.keep("call", "text").parent, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_nothing_is_made_before_something_is_kept(tmp_path: Path) -> None:
    ResultFolder.lasting(tmp_path / "results", ())
    ResultFolder.temporary()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("umask", [0, 0o277])
def test_a_kept_text_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask & 0o077)
    try:
        path = ResultFolder.lasting(tmp_path / "results", ()).keep("call_1", "words")
    finally:
        os.umask(before)

    assert path == tmp_path / "results" / "call_1.txt"
    assert path.read_text() == "words"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path) -> None:
    folder = ResultFolder.lasting(tmp_path / "results", ())

    names = [folder.keep("call", text).name for text in "abc"]

    assert names == ["call.txt", "call-2.txt", "call-3.txt"]


@given(name=st.text())
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    folder = ResultFolder.temporary()
    try:
        path = folder.keep(name, "text")

        assert path.parent.name.startswith("sagent-results-")
        assert path.resolve().parent == path.parent
        assert len(path.name) < 120
    finally:
        folder.remove()


@given(pieces=st.lists(st.sampled_from([b"sk-sec", b"ret-", b"12345", b"a", b"\n"]), max_size=12))
def test_no_secret_is_written_however_it_is_cut(pieces: list[bytes]) -> None:
    folder = ResultFolder.lasting(Path(tempfile.mkdtemp()), [SECRET])

    with folder.create("call") as file:
        for piece in pieces:
            file.write(piece)

    whole = b"".join(pieces)
    assert file.path.read_bytes() == whole.replace(SECRET.encode(), b"[secret]")


def test_no_end_of_a_secret_is_written_that_begins_as_another(tmp_path: Path) -> None:
    folder = ResultFolder.lasting(tmp_path / "results", ["user", "user:password"])

    with folder.create("call") as file:
        for piece in (b"user", b":pass", b"word user\n"):
            file.write(piece)

    assert file.path.read_bytes() == b"[secret] [secret]\n"


def test_a_credential_of_the_environment_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", SECRET)
    folder = ResultFolder.temporary()

    path = folder.keep("call", f"the key is {SECRET}")

    assert path.read_text() == "the key is [secret]"
    folder.remove()


def test_a_temporary_folder_is_gone_when_it_is_removed(tmp_path: Path) -> None:
    folder = ResultFolder.temporary()
    folder.keep("call", "text")

    folder.remove()
    folder.remove()

    assert list(tmp_path.iterdir()) == []


def test_a_lasting_folder_stays(tmp_path: Path) -> None:
    folder = ResultFolder.lasting(tmp_path / "results", ())
    path = folder.keep("call", "text")

    folder.remove()

    assert path.exists()


def test_a_folder_whose_process_was_killed_is_deleted_by_the_next(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS_A_FOLDER]
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        living = ResultFolder.temporary()
        living.keep("call", "text")
        assert left.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()

    other = ResultFolder.temporary()
    mine = other.keep("call", "text")

    assert not left.exists()
    assert len(list(tmp_path.iterdir())) == 2
    assert mine.exists()
    living.remove()
    other.remove()


def test_nothing_is_left_of_what_does_not_fit_the_disk(tmp_path: Path) -> None:
    folder = ResultFolder.lasting(tmp_path / "results", ())

    with files_of_at_most(1000), pytest.raises(OSError) as caught:  # noqa: PT011  # its number counts
        folder.keep("call", "x" * 5000)

    assert caught.value.errno == errno.EFBIG
    assert list((tmp_path / "results").iterdir()) == []
