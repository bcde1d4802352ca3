import os
import stat
from pathlib import Path

import pytest
from kept_workspace import KeptWorkspace

from sagent.checkpoint import Changes, Limits, open_checkpoints
from sagent.errors import CheckpointError


async def test_nothing_is_made_before_the_first_use(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root):
        pass

    assert not place.store.parent.exists()


async def test_the_store_is_its_owners_alone(place: KeptWorkspace) -> None:
    place.write("a", "secret")

    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.take()

    assert stat.S_IMODE(place.store.stat().st_mode) == 0o700


async def test_equal_files_have_equal_ids_in_whatever_order_they_came(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        empty = await checkpoints.take()
        a = place.write("a", "1")
        one = await checkpoints.take()
        a.write_text("2")
        two = await checkpoints.take()
        a.write_text("1")

        assert await checkpoints.take() == one
        a.unlink()
        assert await checkpoints.take() == empty
    assert len({empty, one, two}) == 3


async def test_a_snapshot_outlives_its_process(place: KeptWorkspace) -> None:
    place.write("d/a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
    place.write("d/a", "2")

    async with open_checkpoints(place.store, place.root) as checkpoints:
        changes = await checkpoints.changes(before)

    assert changes == Changes(modified=(Path("d/a"),))


async def test_changes_are_told_by_their_kind(place: KeptWorkspace) -> None:
    place.write("gone", "1")
    place.write("changed", "1")
    place.write("executable", "1")
    place.write("same", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        (place.root / "gone").unlink()
        place.write("changed", "2")
        (place.root / "executable").chmod(0o755)
        place.write("new/file", "1")

        changes = await checkpoints.changes(before)

    assert changes == Changes(
        added=(Path("new/file"),),
        modified=(Path("changed"), Path("executable")),
        deleted=(Path("gone"),),
    )


async def test_a_change_of_the_same_size_within_one_tick_is_seen(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        path = place.write("a", "old")
        status = path.stat()
        before = await checkpoints.take()
        path.write_text("new")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

        assert await checkpoints.take() != before


async def test_ignored_files_are_left_out(place: KeptWorkspace) -> None:
    place.write(".gitignore", "*.log\nbuild/\n")
    place.write("sub/.gitignore", "!kept.log\n")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("a.log")
        place.write("build/deep/b")
        place.write("sub/kept.log")

        changes = await checkpoints.changes(before)

    assert changes == Changes(added=(Path("sub/kept.log"),))


async def test_files_of_a_repository_inside_are_files(place: KeptWorkspace) -> None:
    place.write(".gitignore", "*.log\n")
    place.write("sub/.gitignore", "*.tmp\n")
    place.write("sub/deep/a", "1")
    place.git("init", "-q", cwd="sub")
    place.git("init", "-q", cwd="sub/deep")
    place.git("add", "a", cwd="sub/deep")
    place.git("commit", "-qm", "one", cwd="sub/deep")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("sub/deep/a", "2")
        place.write("sub/deep/b.log")
        place.write("sub/deep/b.tmp")

        changes = await checkpoints.changes(before)

    assert changes == Changes(modified=(Path("sub/deep/a"),))


@pytest.mark.parametrize("name", ["session/files.git", "odd [dir]* \\/files.git", "\n\udcff"])
async def test_a_store_inside_the_workspace_is_left_out(place: KeptWorkspace, name: str) -> None:
    place.write(".gitignore", "!*\n")
    async with open_checkpoints(place.root / name, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("a")

        changes = await checkpoints.changes(before)

    assert changes == Changes(added=(Path("a"),))


async def test_a_directory_can_be_left_out(place: KeptWorkspace) -> None:
    leave_out = [place.root / "home"]
    async with open_checkpoints(place.store, place.root, leave_out=leave_out) as checkpoints:
        before = await checkpoints.take()
        place.write("home/session.jsonl")
        place.write("sub/home/file")

        changes = await checkpoints.changes(before)

    assert changes == Changes(added=(Path("sub/home/file"),))


async def test_what_is_no_file_is_skipped(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        os.mkfifo(place.root / "pipe")
        (place.root / "empty").mkdir()

        assert await checkpoints.take() == before


async def test_a_file_that_is_too_large_is_not_kept_and_reported(place: KeptWorkspace) -> None:
    place.write("large", b"x" * 101)
    place.write("small", b"x" * 100)
    limits = Limits(max_file_bytes=100)
    async with open_checkpoints(place.store, place.root, limits=limits) as checkpoints:
        await checkpoints.take()

        assert checkpoints.unkept == {Path("large"): "it is larger than 100 bytes"}


async def test_of_too_much_the_largest_files_are_not_kept(place: KeptWorkspace) -> None:
    for size in (10, 20, 30, 40):
        place.write(f"file{size}", b"x" * size)
    limits = Limits(max_total_bytes=35)
    async with open_checkpoints(place.store, place.root, limits=limits) as checkpoints:
        await checkpoints.take()

        assert set(checkpoints.unkept) == {Path("file30"), Path("file40")}


async def test_a_name_that_git_takes_for_its_own_is_reported(place: KeptWorkspace) -> None:
    place.write("d/.GIT")
    (place.root / ".gitmodules").symlink_to("d")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.take()

        assert set(checkpoints.unkept) == {Path("d/.GIT"), Path(".gitmodules")}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
async def test_an_unreadable_file_is_reported(place: KeptWorkspace) -> None:
    place.write("secret").chmod(0)
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.take()

        assert checkpoints.unkept == {Path("secret"): "Permission denied"}


async def test_a_workspace_of_too_many_files_is_refused(place: KeptWorkspace) -> None:
    for number in range(11):
        place.write(str(number))
    limits = Limits(max_files=10)
    async with open_checkpoints(place.store, place.root, limits=limits) as checkpoints:
        with pytest.raises(CheckpointError, match=r"more than 10 files.*Limits\.max_files"):
            await checkpoints.take()

        (place.root / "0").unlink()
        assert await checkpoints.take()


async def test_an_unknown_snapshot_is_an_error(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        with pytest.raises(CheckpointError, match="no snapshot's id"):
            await checkpoints.changes("--help")
        with pytest.raises(CheckpointError, match="there is no snapshot 0000"):
            await checkpoints.changes("0" * 40)


async def test_a_diff_is_for_people(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        place.write("d/a.txt", "one\ntwo\n")
        old = await checkpoints.take()
        place.write("d/a.txt", "one\n2\n")
        new = await checkpoints.take()

        diff = await checkpoints.diff(old, new)

    assert diff.startswith("diff --git a/d/a.txt b/d/a.txt\n")
    assert diff.endswith("@@ -1,2 +1,2 @@\n one\n-two\n+2\n")


async def test_without_git_there_is_one_clear_line(
    place: KeptWorkspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    async with open_checkpoints(place.store, place.root) as checkpoints:
        with pytest.raises(CheckpointError, match=r"^files are not kept: .*git 2.30 or later$"):
            await checkpoints.take()


async def test_an_old_git_is_refused(
    place: KeptWorkspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.29.3\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    async with open_checkpoints(place.store, place.root) as checkpoints:
        with pytest.raises(CheckpointError, match=r"2\.29\.3.*git 2\.30 or later"):
            await checkpoints.take()
