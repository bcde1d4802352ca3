from pathlib import Path

from kept_workspace import KeptWorkspace

from sagent.checkpoint import Changes, open_checkpoints


async def test_a_file_elsewhere_comes_back(place: KeptWorkspace, tmp_path: Path) -> None:
    there = tmp_path / "elsewhere" / "50% a"
    there.parent.mkdir()
    there.write_text("1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.keep(there)
        before = await checkpoints.take()
        there.write_text("2")

        changes = await checkpoints.changes(before)
        restored = await checkpoints.restore(before)

    assert changes == Changes(modified=(there,))
    assert restored.written == (there,)
    assert there.read_text() == "1"


async def test_a_file_elsewhere_that_was_made_since_is_deleted(
    place: KeptWorkspace, tmp_path: Path
) -> None:
    there = tmp_path / "new"
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.keep(there)
        before = await checkpoints.take()
        there.write_text("1")

        restored = await checkpoints.restore(before)
        gone = not there.exists()
        await checkpoints.restore(restored.undo)

    assert restored.deleted == (there,)
    assert gone
    assert there.read_text() == "1"


async def test_to_older_snapshots_belongs_what_was_there_when_it_was_first_kept(
    place: KeptWorkspace, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        for path in (old, new):
            await checkpoints.keep(path)
            path.write_text("2")
            await checkpoints.take()
            await checkpoints.keep(path)

    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.restore(before)

    assert old.read_text() == "1"
    assert not new.exists()


async def test_an_ignored_file_can_be_kept(place: KeptWorkspace) -> None:
    place.write(".gitignore", "*.env\n")
    path = place.write("my.env", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.keep(path)
        before = await checkpoints.take()
        path.write_text("2")

        await checkpoints.restore(before)

    assert path.read_text() == "1"


async def test_what_snapshots_hold_anyway_is_not_kept_twice(place: KeptWorkspace) -> None:
    path = place.write("a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
        await checkpoints.keep(path)
        await checkpoints.keep(place.root / "new")

        assert await checkpoints.take() == before


async def test_nothing_of_a_git_directory_is_kept(place: KeptWorkspace) -> None:
    path = place.write(".git/config", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        await checkpoints.keep(path)
        before = await checkpoints.take()
        path.write_text("2")

        await checkpoints.restore(before)

    assert path.read_text() == "2"


async def test_a_file_of_a_directory_that_is_left_out_can_be_kept(place: KeptWorkspace) -> None:
    path = place.write("home/memory.md", "1")
    leave_out = [place.root / "home"]
    async with open_checkpoints(place.store, place.root, leave_out=leave_out) as checkpoints:
        await checkpoints.keep(path)
        before = await checkpoints.take()
        path.write_text("2")

        await checkpoints.restore(before)

    assert path.read_text() == "1"
