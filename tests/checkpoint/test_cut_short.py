import subprocess
import sys
from pathlib import Path

import pytest
import trio
from kept_workspace import KeptWorkspace

from sagent.checkpoint import Changes, open_checkpoints

TAKING = """
import sys, trio
from pathlib import Path
from sagent.checkpoint import open_checkpoints

async def main() -> None:
    async with open_checkpoints(Path(sys.argv[1]), Path(sys.argv[2])) as checkpoints:
        print("ready", flush=True)
        await checkpoints.take()

trio.run(main)
"""


@pytest.mark.parametrize("after_s", [0.0, 0.005, 0.02, 0.04])
async def test_a_take_that_is_cancelled_leaves_the_store_usable(
    place: KeptWorkspace, after_s: float
) -> None:
    for number in range(300):
        place.write(f"{number}", f"{number}\n" * 100)
    async with open_checkpoints(place.store, place.root) as checkpoints:
        with trio.move_on_after(after_s):
            await checkpoints.take()

        snapshot = await checkpoints.take()
        place.write("0", "changed")
        (place.root / "1").unlink()

        changes = await checkpoints.changes(snapshot)
        restored = await checkpoints.restore(snapshot)

    assert changes == Changes(modified=(Path("0"),), deleted=(Path("1"),))
    assert restored.unrestorable == {}


async def test_cancelled_takes_between_others_lose_nothing(place: KeptWorkspace) -> None:
    async with open_checkpoints(place.store, place.root) as checkpoints:
        taken: list[str] = []
        for number in range(8):
            place.write("a", str(number))
            with trio.move_on_after(number / 500):
                await checkpoints.take()
            place.write("b", str(number))
            taken.append(await checkpoints.take())

        for number, snapshot in enumerate(taken):
            await checkpoints.restore(snapshot)
            assert (place.root / "a").read_text() == str(number)
            assert (place.root / "b").read_text() == str(number)


async def test_calls_at_once_wait_for_each_other(place: KeptWorkspace) -> None:
    place.write("a", "1")
    snapshots: set[str] = set()
    async with open_checkpoints(place.store, place.root) as checkpoints:

        async def take() -> None:
            snapshots.add(await checkpoints.take())

        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(take)

    assert len(snapshots) == 1


@pytest.mark.parametrize("after_s", [0.02, 0.06, 0.1])
async def test_a_process_killed_at_a_take_leaves_the_store_usable(
    place: KeptWorkspace, after_s: float
) -> None:
    for number in range(500):
        place.write(f"{number}", f"{number}\n" * 200)
    arguments = [sys.executable, "-c", TAKING, str(place.store), str(place.root)]
    process = await trio.lowlevel.open_process(arguments, stdout=subprocess.PIPE)
    async with process.stdout or pytest.fail("it has a pipe") as output:
        await output.receive_some()
        await trio.sleep(after_s)
        process.kill()
        await process.wait()

    async with open_checkpoints(place.store, place.root) as checkpoints:
        snapshot = await checkpoints.take()
        place.write("0", "changed")
        await checkpoints.restore(snapshot)

    assert (place.root / "0").read_text() == "0\n" * 200


async def test_locks_that_a_killed_git_left_are_cleared(place: KeptWorkspace) -> None:
    place.write("a", "1")
    async with open_checkpoints(place.store, place.root) as checkpoints:
        before = await checkpoints.take()
    for name in (
        "listing.index.lock",
        "refs/sagent/snapshots.lock",
        "packed-refs.lock",
        "config.lock",
    ):
        (place.store / name).touch()
    place.write("a", "2")

    async with open_checkpoints(place.store, place.root) as checkpoints:
        assert await checkpoints.take() != before
