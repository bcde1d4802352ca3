import os
from pathlib import Path

import pytest
from kept_workspace import KeptWorkspace

from sagent.checkpoint import Limits, open_checkpoints
from sagent.errors import CheckpointError


async def test_a_restore_writes_only_what_differs(place: KeptWorkspace) -> None:
    same = place.write("same", "1")
    place.write("changed", "1")
    place.write("gone", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        files, inode = place.files(), same.stat().st_ino
        place.write("changed", "2")
        (place.root / "gone").unlink()
        place.write("new/deep/file", "1")

        restored = await checkpoints.restore(before)

    assert place.files() == files
    assert restored.written == (Path("changed"), Path("gone"))
    assert restored.deleted == (Path("new/deep/file"),)
    assert restored.unrestorable == {}
    assert same.stat().st_ino == inode
    assert not (place.root / "new").exists()


async def test_a_restore_can_be_undone(place: KeptWorkspace) -> None:
    place.write("a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("a", "2")
        place.write("b", "2")
        files = place.files()

        restored = await checkpoints.restore(before)
        await checkpoints.restore(restored.undo)

    assert place.files() == files


async def test_one_goes_back_and_forth_between_many_snapshots(place: KeptWorkspace) -> None:
    states = [{"a": "1"}, {"a/b": "2", "c": "2"}, {}, {"a": "3", "c/d": "3"}, {"a/b": "4"}]
    async with open_checkpoints(place.store, place.root) as checkpoints:
        taken: list[tuple[str, dict[str, object]]] = []
        for state in states:
            for path in sorted(place.root.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            for name, content in state.items():
                place.write(name, content)
            taken.append((await checkpoints.take(), place.files()))

        for number in (0, 3, 1, 4, 2, 1, 0, 4, 3):
            snapshot, files = taken[number]
            restored = await checkpoints.restore(snapshot)
            assert (place.files(), restored.unrestorable) == (files, {})


async def test_a_link_that_took_a_directorys_place_is_not_followed(
    place: KeptWorkspace, tmp_path: Path
) -> None:
    place.write("d/a", "1")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("theirs")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        (place.root / "d/a").unlink()
        (place.root / "d").rmdir()
        (place.root / "d").symlink_to(outside)

        await checkpoints.restore(before)

    assert (outside / "a").read_text() == "theirs"
    assert (place.root / "d/a").read_text() == "1"
    assert not (place.root / "d").is_symlink()


async def test_an_ignored_link_in_the_way_is_reported_and_not_followed(
    place: KeptWorkspace, tmp_path: Path
) -> None:
    place.write("d/a", "1")
    place.write("e", "1")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("theirs")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        (place.root / "d/a").unlink()
        (place.root / "d").rmdir()
        (place.root / "d").symlink_to(outside)
        place.write(".gitignore", "d\n")
        place.write("e", "2")

        restored = await checkpoints.restore(before)

    assert set(restored.unrestorable) == {Path("d/a")}
    assert (outside / "a").read_text() == "theirs"
    assert (place.root / "e").read_text() == "1"


async def test_ignored_files_are_never_touched(place: KeptWorkspace) -> None:
    place.write(".gitignore", "*.env\n")
    place.write("a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("my.env", "secret")
        place.write("a", "2")

        await checkpoints.restore(before)

    assert (place.root / "my.env").read_text() == "secret"


async def test_what_the_snapshots_rules_ignore_stays_though_the_rules_are_gone(
    place: KeptWorkspace,
) -> None:
    place.write(".gitignore", "*.env\n")
    place.write("my.env", "secret")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        (place.root / ".gitignore").unlink()
        place.write("new", "1")

        restored = await checkpoints.restore(before)

    assert restored.deleted == (Path("new"),)
    assert set(place.files()) == {".gitignore", "my.env"}


async def test_a_kept_file_that_is_ignored_now_comes_back_and_can_be_undone(
    place: KeptWorkspace,
) -> None:
    place.write("a.env", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write(".gitignore", "*.env\n")
        place.write("a.env", "2")

        restored = await checkpoints.restore(before)
        first = (place.root / "a.env").read_text()
        await checkpoints.restore(restored.undo)

    assert (first, (place.root / "a.env").read_text()) == ("1", "2")


async def test_what_could_not_be_kept_is_never_overwritten_or_deleted(
    place: KeptWorkspace,
) -> None:
    place.write("grew", "1")
    place.write("shrank", b"x" * 101)
    place.write("other", "1")
    limits = Limits(max_file_bytes=100)
    async with open_checkpoints(place.store, place.root, limits=limits) as checkpoints:
        before = await checkpoints.take()
        place.write("grew", b"y" * 101)
        place.write("shrank", "small")
        place.write("other", "2")

        restored = await checkpoints.restore(before)

    assert restored.unrestorable == {
        Path("grew"): "it is larger than 100 bytes",
        Path("shrank"): "the snapshot does not hold it",
    }
    assert (place.root / "grew").stat().st_size == 101
    assert (place.root / "shrank").read_text() == "small"
    assert (place.root / "other").read_text() == "1"


async def test_what_resists_is_reported_and_the_rest_is_done(place: KeptWorkspace) -> None:
    place.write("a", "1")
    place.write("z", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        (place.root / "a").unlink()
        os.mkfifo(place.root / "a")
        place.write("z", "2")

        restored = await checkpoints.restore(before)

    assert restored.unrestorable == {Path("a"): "it is neither a file nor a link"}
    assert restored.written == (Path("z"),)


async def test_an_empty_directory_gives_way_to_a_file(place: KeptWorkspace) -> None:
    place.write("a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        (place.root / "a").unlink()
        (place.root / "a").mkdir()

        await checkpoints.restore(before)

    assert (place.root / "a").read_text() == "1"


async def test_permissions_stay_private(place: KeptWorkspace) -> None:
    for name in ("changed", "gone"):
        place.write(name, "1").chmod(0o600)
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        files = place.files()
        place.write("changed", "2")
        (place.root / "gone").unlink()

        await checkpoints.restore(before)

    assert place.files() == files


async def test_a_restore_of_an_unknown_snapshot_changes_nothing(place: KeptWorkspace) -> None:
    place.write("a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        with pytest.raises(CheckpointError, match="there is no snapshot"):
            await checkpoints.restore("0" * 40)

    assert (place.root / "a").read_text() == "1"


async def test_a_content_that_the_store_lost_is_reported(place: KeptWorkspace) -> None:
    place.write("a", "1")
    place.write("z", "z")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        place.write("a", "2")
        place.write("z", "2")
        (place.store / "objects/56/a6051ca2b02b04ef92d5150c9ef600403cb1de").unlink()

        restored = await checkpoints.restore(before)

    assert set(restored.unrestorable) == {Path("a")}
    assert restored.written == (Path("z"),)
