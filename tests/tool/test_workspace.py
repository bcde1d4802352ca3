"""An agent's place in the file system, as its tools share it."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sagent.tool import FileStamp, Workspace

STAMP = FileStamp(1, 2)


@pytest.fixture
def impatience() -> Iterator[None]:
    """Let threads take turns at nearly each step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("impatience")
def test_tools_in_threads_may_see_files_at_once(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    faults: list[Exception] = []

    def see(number: int) -> None:
        try:
            for each in range(200):
                workspace.saw(tmp_path / f"{number}-{each}", STAMP, bytes(60_000))
                assert len(dict(workspace.seen.items())) <= 4 * 200
        except (KeyError, RuntimeError) as fault:
            faults.append(fault)

    threads = [threading.Thread(target=see, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert len(workspace.seen) == 4 * 200


def test_what_files_held_is_kept_of_the_last_ones(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    for number in range(100):
        workspace.saw(tmp_path / str(number), STAMP, bytes(60_000))

    kept = [number for number in range(100) if workspace.seen_content(tmp_path / str(number))]
    assert kept == list(range(83, 100))


def test_nothing_is_kept_of_what_a_large_file_held(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.saw(tmp_path / "a", STAMP, b"small")

    workspace.saw(tmp_path / "a", STAMP, bytes(70_000))

    assert workspace.seen_content(tmp_path / "a") is None
    assert workspace.last_seen(tmp_path / "a") == STAMP


def test_what_was_seen_by_then_does_not_change(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    before = workspace.seen

    workspace.saw(tmp_path / "a", STAMP)

    assert before == {}
    assert workspace.seen == {tmp_path / "a": STAMP}
