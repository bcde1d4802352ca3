import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trio
from herd import Herd

from sagent.process import open_process, run_command

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

FAMILY = "sh -c 'sleep 60 & sleep 60' & sleep 60 | sleep 60 | sleep 60"
STUBBORN = "trap '' TERM; while :; do sleep 60; done"
STOPPED = "sleep 60 & sleep 60 & kill -STOP 0; sleep 60"
ESCAPING = "setsid sh -c 'sleep 60 & sleep 60' </dev/null >/dev/null 2>&1 & sleep 60"
STORM = "for i in $(seq 150); do (while :; do sleep 60; done) & done; wait"


@pytest.fixture
def herd() -> Herd:
    return Herd()


@pytest.mark.parametrize(
    ("command", "at_least", "grace_s"),
    [(FAMILY, 6, 0.0), (STUBBORN, 3, 0.25), (ESCAPING, 5, 0.0), (STORM, 300, 0.0)],
    ids=["family", "stubborn", "escaping", "storm"],
)
async def test_cancel_kills_the_whole_tree(
    herd: Herd, command: str, at_least: int, grace_s: float
) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: run_command(["sh", "-c", command], env=herd.env))
        await herd.until(at_least=at_least)

        cancelled = time.perf_counter()
        nursery.cancel_scope.cancel()

    assert time.perf_counter() - cancelled < grace_s + 0.5
    assert await herd.seconds_until_gone() < 0.1


async def test_a_tree_may_use_its_grace(herd: Herd) -> None:
    command = "exec 2>/dev/null; trap 'sleep 0.1; echo tidied; exit' TERM; echo up; sleep 60 & wait"

    async with open_process(["sh", "-c", command], env=herd.env, term_grace_s=2) as process:
        while not process.output.total_bytes:  # there is no event for it
            await trio.sleep(0.005)

    assert process.output.text == "up\ntidied\n"


async def test_what_runs_in_the_background_ends_with_its_command(herd: Herd) -> None:
    await run_command(["sh", "-c", f"{ESCAPING} & {STUBBORN} & sleep 0.1"], env=herd.env)

    assert await herd.seconds_until_gone() < 0.1


async def test_an_error_in_the_block_ends_the_tree_and_comes_out_as_it_is(herd: Herd) -> None:
    with pytest.raises(KeyError, match="mine"):  # noqa: PT012  # the block is what is tested
        async with open_process(["sh", "-c", FAMILY], env=herd.env):
            await herd.until(at_least=6)
            raise KeyError("mine")

    assert await herd.seconds_until_gone() < 0.1


OWNER = """
import sys, trio
from sagent.process import open_duplex_process, run_command

async def main():
    async with trio.open_nursery() as nursery:
        nursery.start_soon(run_command, ["sh", "-c", sys.argv[1]])
        nursery.start_soon(lambda: run_command(["sh", "-c", sys.argv[1]], stdin=b"x"))
        async with open_duplex_process(["sh", "-c", sys.argv[1]]):
            await trio.sleep_forever()

trio.run(main)
"""


@pytest.mark.parametrize(
    "command",
    [FAMILY, STUBBORN, STOPPED, ESCAPING],
    ids=["family", "stubborn", "stopped", "escaping"],
)
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_the_death_of_the_owner_kills_its_trees(
    herd: Herd, command: str, signum: signal.Signals
) -> None:
    owner = await trio.lowlevel.open_process(
        [sys.executable, "-c", OWNER, command], env=herd.env, stderr=subprocess.DEVNULL
    )
    await herd.until(at_least=1 + 3 * 4)

    owner.send_signal(signum)
    await owner.wait()

    assert await herd.seconds_until_gone() < 0.5


BAIT = "#!/bin/sh\nexit 1\n"


async def test_a_broken_tool_on_the_path_of_the_command_does_not_blind_the_watcher(
    herd: Herd, tmp_path: Path
) -> None:
    for name in ("grep", "tr", "kill", "setsid"):
        (tmp_path / name).write_text(BAIT)
        (tmp_path / name).chmod(0o755)
    env = {**herd.env, "PATH": f"{tmp_path}:{herd.env['PATH']}"}
    command = ESCAPING.replace("setsid", "/usr/bin/setsid")
    owner = await trio.lowlevel.open_process([sys.executable, "-c", OWNER, command], env=env)
    await herd.until(at_least=1 + 3 * 5)

    owner.kill()
    await owner.wait()

    assert await herd.seconds_until_gone() < 1
